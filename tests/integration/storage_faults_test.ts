import assert from "node:assert/strict";
import { cephOrSkip } from "../support/ceph.ts";
import { evenRates } from "../support/fault_plan.ts";
import { FaultProxy } from "../support/fault_proxy.ts";
import { ObjectClient, type ObjectServerAddress } from "../support/object_client.ts";
import { ObjectServerProcess } from "../support/object_server_process.ts";
import { TestProject } from "../support/open_project.ts";

/** Commands through the faulty network, of each kind, for one server. */
const ROUNDS = Math.max(1, Math.ceil(Number(Deno.env.get("AERO_KILL_ROUNDS") ?? "2") / 5));
/** Of all requests. */
const FAULTY = 0.1;
/** Done; done, and something waits to be sent; the outside is at fault; bytes are not what they should be. */
const HONEST_ENDS = [0, 3, 4, 5];

const ceph = await cephOrSkip();

/** 9 MB, more than a part; and some small ones. */
const STAGE = 'seq 1300000 > "$AERO_OUTPUTS/model/large"; for i in 1 2 3 4 5; do ' +
  'echo "$i" > "$AERO_OUTPUTS/model/small-$i"; done';

/** A project whose storage is a bucket behind a proxy. */
function begin(server: ObjectServerAddress, bucket: string, proxy: FaultProxy): TestProject {
  const env = { AWS_ACCESS_KEY_ID: server.accessKey, AWS_SECRET_ACCESS_KEY: server.secret };
  const test = new TestProject({ env });
  test.commit({
    storage: { use: "s3", bucket, endpoint: proxy.url, region: server.region, timeout_seconds: 2 },
    stages: { train: { command: "sh train.sh", outputs: ["model"] } },
  }, { "train.sh": STAGE });
  return test;
}

/** Types a command until it ends right; whatever it says before must be an honest account. */
async function insist(test: TestProject, args: readonly string[], env = test.env): Promise<number> {
  for (let attempt = 1;; attempt++) {
    const { code, err } = await test.aero(args, { env });
    assert(HONEST_ENDS.includes(code), `aero ${args.join(" ")} ended with ${code}\n${err()}`);
    if (code === 0) return attempt;
    assert.match(err(), /\S/, `aero ${args.join(" ")} ended with ${code} and said nothing`);
    assert(attempt < 20, `aero ${args.join(" ")} does not come to an end\n${err()}`);
  }
}

function filesOf(directory: string): Record<string, string> {
  return Object.fromEntries(
    [...Deno.readDirSync(directory)].map(({ name }) => [name, Deno.readTextFileSync(`${directory}/${name}`)]),
  );
}

async function tryRound(server: ObjectServerAddress, seed?: number): Promise<void> {
  const bucket = `faults-${crypto.randomUUID().slice(0, 8)}`;
  using client = new ObjectClient(server);
  assert.equal((await client.request({ method: "PUT", path: `/${bucket}` })).status, 200);
  await using proxy = new FaultProxy(server.endpoint, {
    rates: evenRates(FAULTY),
    stallMs: 3000,
    ...(seed === undefined ? {} : { seed }),
  });
  await using test = begin(server, bucket, proxy);
  // Somebody else, who has nothing of it.
  const elsewhere = { ...test.env };
  for (const name of ["DATA", "CACHE", "STATE"]) {
    elsewhere[`XDG_${name}_HOME`] = test.git.beside(`elsewhere-${name.toLowerCase()}`);
  }

  await insist(test, ["run"]);
  const { code: offline } = await test.aero(["--offline", "run", "--force"]);
  assert([0, 3].includes(offline));
  await insist(test, ["push"]);
  await insist(test, ["pull", "@last"], elsewhere);
  await insist(test, ["rerun", "@last"], elsewhere);
  await insist(test, ["artifact", "get", "model", test.git.beside("got")], elsewhere);

  const large = Array.from({ length: 1_300_000 }, (_, i) => `${i + 1}\n`).join("");
  const small = Object.fromEntries([1, 2, 3, 4, 5].map((i) => [`small-${i}`, `${i}\n`]));
  assert.deepEqual(filesOf(test.git.beside("got")), { large, ...small });
  const happened = Object.values(proxy.happened).reduce((a, b) => a + b, 0);
  assert(happened > 0, `nothing went wrong in ${proxy.requests} requests`);
  // What was stored through all this is whole, seen without it.
  proxy.rates = {};
  const { code, out, err } = await test.aero(["storage", "fsck"]);
  assert.equal(code, 0, out() + err());
}

Deno.test("run, push, pull and rerun over a faulty network to our own server end right or say why", async () => {
  await using server = await ObjectServerProcess.start();
  for (let round = 0; round < ROUNDS; round++) await tryRound(server.address);
});

Deno.test({
  name: "run, push, pull and rerun over a faulty network to Ceph end right or say why",
  ignore: ceph === undefined,
  async fn() {
    for (let round = 0; round < ROUNDS; round++) await tryRound(ceph!);
  },
});
