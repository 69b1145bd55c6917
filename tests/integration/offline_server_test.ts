// The whole of working without the storage, with a real server that goes away and comes back.
import assert from "node:assert/strict";
import { ObjectClient } from "../support/object_client.ts";
import { ObjectServerProcess } from "../support/object_server_process.ts";
import { homeVariables, TestProject } from "../support/open_project.ts";

const STAGES = {
  stages: {
    clean: { command: ["sh", "clean.sh"], inputs: { raw: "raw" }, outputs: ["cleaned"] },
    train: { command: ["sh", "train.sh"], inputs: { data: "cleaned" }, outputs: ["model"] },
  },
};
const SCRIPTS = {
  "clean.sh":
    'mkdir -p "$AERO_OUTPUTS/cleaned/parts"; cat "$AERO_INPUTS"/raw/* | split -l 10 - "$AERO_OUTPUTS/cleaned/parts/"\n',
  "train.sh":
    'cat "$AERO_INPUTS"/data/parts/* > "$AERO_OUTPUTS/model/m"; echo \'{"rows":1}\' >> "$AERO_METRICS"\n',
};

Deno.test("runs go on while the server is down, are sent when it is back, and a colleague runs them again without it", async () => {
  await using server = await ObjectServerProcess.start();
  const { endpoint, region, accessKey, secret } = server.address;
  {
    using client = new ObjectClient(server.address);
    assert.equal((await client.request({ method: "PUT", path: "/lab" })).status, 200);
  }
  const keys = { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secret };
  await using test = new TestProject({ env: keys });
  test.commit({ ...STAGES, storage: { use: "s3", bucket: "lab", endpoint, region } }, SCRIPTS);
  Deno.mkdirSync(test.git.beside("raw"));
  Deno.writeTextFileSync(
    test.git.beside("raw/rows"),
    Array.from({ length: 500 }, (_, i) => `${i}\n`).join(""),
  );
  const aero = async (args: readonly string[], expected: number, options = {}) => {
    const { code, out, err } = await test.aero(["--json", ...args], options);
    assert.equal(code, expected, `aero ${args.join(" ")}\n${out()}${err()}`);
    return {
      items: out().trim().split("\n").filter((line) => line !== "").map((line) => JSON.parse(line)),
      err: err(),
    };
  };
  await aero(["data", "add", test.git.beside("raw"), "--name", "raw"], 0);
  await aero(["run"], 0);

  await server.kill();
  const { items: runs, err } = await aero(["run", "--force"], 3);
  await aero(["push"], 4);
  await server.restart();
  const { items: [pushed, pulled] } = await aero(["sync"], 0);
  const { items: [again] } = await aero(["push"], 0);

  assert.match(err, /cannot be reached/);
  assert.deepEqual(runs.map(({ state }) => state), ["succeeded", "succeeded"]);
  assert.deepEqual([...pushed.runs].sort(), runs.map(({ run }) => run).sort());
  // The very bytes that were stored before have their label already.
  assert.deepEqual(pushed.labels, []);
  assert.equal(pushed.left, 0);
  assert.equal(pulled.type, "pull");
  assert.deepEqual([again.objects, again.requests], [0, 1]);
  await aero(["storage", "fsck"], 0);

  const elsewhere = test.git.beside("elsewhere");
  Deno.mkdirSync(elsewhere);
  const colleague = {
    cwd: elsewhere,
    env: {
      ...homeVariables((name) => test.git.beside(`colleague/${name}`)),
      ...keys,
      AERO_STORAGE: "s3",
      AERO_STORAGE_BUCKET: "lab",
      AERO_STORAGE_ENDPOINT: endpoint,
      AERO_STORAGE_REGION: region,
    },
  };
  const train = runs[1].run;
  await aero(["pull", train], 0, colleague);
  await server.kill();
  const { items: listed } = await aero(["list"], 0, colleague);
  const { items: [verdict] } = await aero(["verify", train], 3, colleague);
  await server.restart();
  await aero(["sync"], 0, colleague);

  assert.equal(listed.length, 4);
  assert.equal(verdict.verdict, "identical");
  const { items: [shown] } = await aero(["show", train], 0);
  assert.deepEqual(shown.verdicts.map(({ verdict }: { verdict: string }) => verdict), ["identical"]);
});
