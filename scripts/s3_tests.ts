// deno-lint-ignore-file no-console -- a script's output
/**
 * Runs the conformance suite ceph/s3-tests against a server, and shows by group how it does beside two radosgw.
 *
 *     deno run -A scripts/s3_tests.ts SUITE --server aero|ceph|ceph20      starts or takes what is up
 *     deno run -A scripts/s3_tests.ts SUITE --endpoint http://127.0.0.1:9000 [--region us-east-1]
 *         [--only GROUP|PATTERN …] [--workers 4] [--key ACCESS_KEY:SECRET]   one person plays all roles
 *
 * SUITE is a copy of the suite, a work tree or a git directory; it is no part of this repository.
 */
import { parseArgs } from "node:util";
import { ROLES, suiteConfiguration } from "./s3_tests/roles.ts";
import { selectTests } from "./s3_tests/selection.ts";
import { openServer } from "./s3_tests/servers.ts";
import { Suite } from "./s3_tests/suite.ts";
import { failureList, groupTable } from "./s3_tests/table.ts";

const { values, positionals: [source] } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    server: { type: "string" },
    endpoint: { type: "string" },
    region: { type: "string", default: "us-east-1" },
    key: { type: "string" },
    only: { type: "string", multiple: true },
    workers: { type: "string", default: "4" },
  },
});
if (source === undefined || (values.server === undefined) === (values.endpoint === undefined)) {
  console.error("usage: scripts/s3_tests.ts SUITE (--server aero|ceph|ceph20 | --endpoint URL)");
  Deno.exit(2);
}

const directory = await Deno.makeTempDir({ prefix: "aero-s3-tests-" });
let lacking = 0;
try {
  const suite = await Suite.open(source, directory);
  await using server = values.endpoint === undefined
    ? await openServer(values.server!)
    : { endpoint: values.endpoint, region: values.region, leaveOut: [], async [Symbol.asyncDispose]() {} };
  const wanted = (await selectTests(suite.text)).filter(({ group, name }) =>
    values.only?.some((word) => word === group || new RegExp(word).test(name)) ?? true
  );
  const tests = wanted.filter(({ name }) => !server.leaveOut.includes(name));
  const [accessKey, secret] = values.key?.split(":") ?? [];
  const roles = accessKey === undefined || secret === undefined
    ? ROLES
    : ROLES.map((role) => ({ ...role, accessKey, secret }));
  const configuration = suiteConfiguration(new URL(server.endpoint), server.region, roles);
  const results = await suite.run(tests, configuration, Number(values.workers));
  const failures = failureList(wanted, results);
  lacking = failures.length;
  console.log(["", ...failures, "", groupTable(wanted, results)].join("\n"));
} finally {
  await Deno.remove(directory, { recursive: true });
}
Deno.exit(lacking === 0 ? 0 : 1);
