/**
 * One test for each known mistake of tools of this kind, named after what it prevents. Two more stand elsewhere: two
 * writers that take the same version number, `properties/label_race_test.ts`; and what needs a container,
 * `integration/known_mistakes_test.ts`.
 */
import assert from "node:assert/strict";
import { AeroProcess, untilHolds } from "./support/aero_process.ts";
import { TestProject } from "./support/open_project.ts";

const HELLO = { stages: { train: { command: "sh train.sh", outputs: ["model"] } } };
const WRITE = 'ls -A > "$AERO_OUTPUTS/model/files"\n';

/** The one JSON object, or the last, that a command printed. */
function lastJson(text: string) {
  return JSON.parse(text.trim().split("\n").at(-1)!);
}

/** Adds a file as a version of an artifact. */
async function addData(test: TestProject, name: string, content: string): Promise<void> {
  Deno.writeTextFileSync(test.git.beside("data-file"), content);
  const { code, err } = await test.aero(["data", "add", test.git.beside("data-file"), "--name", name]);
  assert.equal(code, 0, err());
}

async function runsIn(test: TestProject): Promise<number> {
  return (await test.use(({ services }) => services.archive.listRuns())).length;
}

const REFUSED = [
  ["run", "no-such-stage"],
  ["run", "depth=1"],
  ["run", "--only", "nothing"],
  ["run", "--no-such-flag"],
  ["rerun", "@last"],
  ["verify", "kqzm"],
  ["checkout", "@last", "somewhere"],
  ["artifact", "get", "nothing"],
  ["data", "add", "/nonexistent/path", "--name", "x"],
  ["dev", "no-such-stage"],
  ["no-such-command"],
  [],
];

Deno.test("prevents a refusal that exits 0", async () => {
  await using test = new TestProject();
  test.commit(HELLO, { "train.sh": WRITE });
  for (const args of REFUSED) {
    const { code, err } = await test.aero(args);
    assert.equal(code, 2, `aero ${args.join(" ")}`);
    assert.notEqual(err(), "", `aero ${args.join(" ")}`);
  }
  assert.equal(await runsIn(test), 0);
});

for (
  const [how, script, exit] of [
    ["exits 3", "exit 3", { how: "exited", code: 3 }],
    ["is killed", "kill -9 $$", { how: "signalled", signal: "SIGKILL" }],
  ] as const
) {
  Deno.test(`prevents a program that ${how} and an aero that exits 0`, async () => {
    await using test = new TestProject();
    test.commit(HELLO, { "train.sh": script });

    const run = await test.aero(["--json", "run"]);
    const { run: id, exit: told } = lastJson(run.out());

    assert.equal(run.code, 1);
    assert.deepEqual(told, exit);
    assert.equal((await test.aero(["rerun", id])).code, 1);
    assert.equal((await test.aero(["dev"])).code, 1);
  });
}

Deno.test("prevents git-ignored files that leak into a run", async () => {
  await using test = new TestProject();
  test.commit(HELLO, { "train.sh": WRITE, ".gitignore": "secret.env\nbuild/\n" });
  test.git.write("secret.env", "PASSWORD=1");
  test.git.write("build/cached.bin", "old");

  const { code, err } = await test.aero(["run"]);

  assert.equal(code, 0, err());
  await test.aero(["artifact", "get", "model", test.git.beside("model")]);
  assert.equal(
    Deno.readTextFileSync(test.git.beside("model/files")),
    ".gitignore\naero.yaml\ntrain.sh\n",
  );
});

Deno.test("prevents untracked files that count as clean", async () => {
  await using test = new TestProject();
  test.commit(HELLO, { "train.sh": WRITE });
  test.git.write("helper.py", "import os");

  const { code, err } = await test.aero(["run"]);

  assert.equal(code, 2);
  assert.match(err(), /helper\.py/);
  assert.match(err(), /aero run --draft/);
  assert.equal(await runsIn(test), 0);
});

Deno.test("prevents a commit that exists nowhere but on this laptop", async () => {
  await using test = new TestProject();
  test.commit({ params: { depth: 5 }, ...HELLO }, {
    "train.sh": `${WRITE}echo 5 >> "$AERO_OUTPUTS/model/files"\n`,
  });
  const first = lastJson((await test.aero(["--json", "run"])).out());
  for (const gone of ["project", "cache", "state"]) {
    await Deno.remove(test.git.beside(gone), { recursive: true }).catch(() => {});
  }
  Deno.mkdirSync(test.git.beside("elsewhere"));

  const again = await test.aero(["--json", "rerun", first.run], { cwd: test.git.beside("elsewhere") });

  assert.equal(again.code, 0, again.err());
  assert.deepEqual(lastJson(again.out()).outputs, first.outputs);
});

Deno.test("prevents a rerun that forgets the params", async () => {
  await using test = new TestProject();
  test.commit({ params: { depth: 5, name: "a" }, ...HELLO }, {
    "train.sh": 'cat "$AERO_PARAMS" > "$AERO_OUTPUTS/model/p"',
  });
  const first = lastJson((await test.aero(["--json", "run", "depth=9"])).out());
  test.commit({ params: { depth: 6, name: "b" }, ...HELLO });

  const again = lastJson((await test.aero(["--json", "rerun", first.run])).out());

  await test.use(async ({ services }) => {
    const record = await services.archive.getRecord("toy", again.run);
    const version = await services.archive.getVersion(record!.version);
    assert.deepEqual(version.params, { depth: 9, name: "a" });
  });
  assert.deepEqual(again.outputs, first.outputs);
  assert.equal(again.parent.kind, "rerun-of");
});

Deno.test("prevents a crash on a detached HEAD", async () => {
  await using test = new TestProject();
  const commit = test.commit(HELLO, { "train.sh": WRITE });
  test.git.commit({ later: "1" });
  test.git.git("checkout", "-q", "--detach", commit);

  const { code, out, err } = await test.aero(["--json", "run"]);

  assert.equal(code, 0, err());
  const record = await test.use(({ services }) => services.archive.getRecord("toy", lastJson(out()).run));
  assert.equal(record!.source.branch, undefined);
  for (const args of [["list"], ["rerun", "@last"], ["status"]]) {
    assert.equal((await test.aero(args)).code, 0, args.join(" "));
  }
});

/** The most memory that a process has had, in bytes, as far as was seen. */
async function peakOf(process: AeroProcess): Promise<number> {
  let peak = 0;
  const look = () => {
    try {
      const status = Deno.readTextFileSync(`/proc/${process.pid}/status`);
      peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  };
  const timer = setInterval(look, 5);
  const { code, err } = await process.end().finally(() => clearInterval(timer));
  assert.equal(code, 0, err);
  return peak;
}

Deno.test({
  name: "prevents hashing a file by reading it whole into memory",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using test = new TestProject();
    test.commit(HELLO, { "train.sh": WRITE });
    const add = async (bytes: number) => {
      const path = test.git.beside("sparse");
      await Deno.writeTextFile(path, `${bytes}`);
      await Deno.truncate(path, bytes);
      return await peakOf(
        AeroProcess.start(["data", "add", path, "--name", "sparse"], { cwd: test.root, env: test.env }),
      );
    };

    const small = await add(64 * 2 ** 20), large = await add(2 ** 30);

    assert.ok(small > 2 ** 24, "memory was seen");
    assert.ok(large - small < 2 ** 27, `${small} bytes for 64 MiB, ${large} bytes for 1 GiB`);
  },
});

Deno.test("prevents downloads that are never checked", async () => {
  await using test = new TestProject();
  test.commit({ stages: { train: { command: "cat ${inputs.data}/data-file", inputs: { data: "counts" } } } });
  await addData(test, "counts", "precious ".repeat(100_000));
  const large = [...walk(`${test.storagePath}/objects`)].filter((path) => Deno.statSync(path).size > 500_000);
  assert.equal(large.length, 1);
  Deno.chmodSync(large[0]!, 0o644);
  const bytes = Deno.readFileSync(large[0]!);
  bytes[4321]! ^= 1;
  Deno.writeFileSync(large[0]!, bytes);

  const got = await test.aero(["artifact", "get", "counts", test.git.beside("got")]);
  const run = await test.aero(["run"]);
  const checked = await test.aero(["storage", "fsck"]);

  assert.deepEqual([got.code, run.code, checked.code], [5, 5, 5]);
  assert.deepEqual([...walk(test.git.beside("got"))], [], "nothing wrong was given out");
});

function* walk(directory: string): Iterable<string> {
  try {
    for (const entry of Deno.readDirSync(directory)) {
      const path = `${directory}/${entry.name}`;
      if (entry.isDirectory) yield* walk(path);
      else yield path;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

Deno.test("prevents a cache that fills the disk", async () => {
  await using test = new TestProject({ env: { AERO_CACHE_SIZE: "800kB" } });
  test.commit({ params: { depth: 1 }, ...HELLO }, {
    "train.sh": '{ cat "$AERO_PARAMS"; head -c 400000 /dev/zero; } > "$AERO_OUTPUTS/model/m"',
  });
  const hours = (count: number) => ({ now: () => new Date(Date.now() + count * 3_600_000) });
  const cached = () => [...Deno.readDirSync(test.git.beside("cache/aero/trees"))].length;
  const aero = async (args: readonly string[], at: number) => {
    const { code, out, err } = await test.aero(["--json", ...args], hours(at));
    assert.equal(code, 0, err());
    return lastJson(out());
  };

  const first = await aero(["run"], 0);
  await aero(["run", "depth=2"], 0);
  assert.equal(cached(), 1, "room was made before the second came");
  await aero(["artifact", "get", "model:v1", test.git.beside("model")], 2);
  const left = cached();
  await aero(["run", "depth=3"], 0);
  await aero(["rerun", first.run], 2);

  assert.equal(left, 1);
  assert.equal(cached(), 1);
  assert.equal(await runsIn(test), 4, "no run and no result is lost");
  assert.equal((await aero(["run"], 0)).reused, true);
});

Deno.test("prevents secrets in logs, records, journals and messages", async () => {
  const secret = "hunter2-not-in-any-file";
  await using test = new TestProject({ env: { TOKEN: secret } });
  test.commit({ ...HELLO, environment: { use: "host", secrets: ["TOKEN"] } }, {
    "train.sh": `${WRITE}echo "out $TOKEN"; printf '%s' "$TOKEN" | base64 >&2; exit 3\n`,
  });

  const { code, out, err } = await test.aero(["--verbose", "run"]);

  assert.equal(code, 1);
  assert.match(err(), /out \[secret TOKEN\]/);
  assert.ok(!`${out()}${err()}`.includes(secret));
  for (const form of [secret, btoa(secret)]) {
    const found = [...walk(test.git.beside("."))].filter((path) =>
      new TextDecoder("latin1").decode(Deno.readFileSync(path)).includes(form)
    );
    assert.deepEqual(found, []);
  }
});

Deno.test("prevents an interrupted run that stays RUNNING for ever", async () => {
  await using test = new TestProject();
  test.commit({ stages: { train: { command: "sh train.sh" } } }, {
    "train.sh": 'echo \'{"loss":1}\' >> "$AERO_METRICS"; echo ready; sleep 600\n',
  });
  const aero = AeroProcess.start(["run"], { cwd: test.root, env: test.env });
  await untilHolds(
    "the program is ready",
    () => [...walk(`${test.root}/.aero/runs`)].some((path) => Deno.readTextFileSync(path) === "ready\n"),
  );
  const [before] = (await test.aero(["--json", "list"])).out().trim().split("\n").map((line) =>
    JSON.parse(line)
  );

  aero.kill("SIGKILL");
  await aero.end();
  const [after] = (await test.aero(["--json", "list"])).out().trim().split("\n").map((line) =>
    JSON.parse(line)
  );

  assert.equal(before.state, "running");
  assert.equal(after.run, before.run);
  assert.equal(after.state, "lost");
  assert.deepEqual(after.metrics, { loss: 1 });
});

Deno.test("prevents long params that are cut in silence", async () => {
  await using test = new TestProject();
  const long = "0123456789é".repeat(30_000);
  test.commit({ params: { long }, ...HELLO }, {
    "train.sh": 'cp "$AERO_PARAMS" "$AERO_OUTPUTS/model/params.json"',
  });

  const first = lastJson((await test.aero(["--json", "run"])).out());

  await test.aero(["artifact", "get", "model", test.git.beside("model")]);
  assert.equal(JSON.parse(Deno.readTextFileSync(test.git.beside("model/params.json"))).long, long);
  const listed = (await test.aero(["--json", "list"])).out();
  assert.equal(JSON.parse(listed).params.long, long);
  const again = lastJson((await test.aero(["--json", "rerun", first.run])).out());
  assert.deepEqual(again.outputs, first.outputs);

  // A word that is longer than the system passes on is refused, not shortened.
  test.commit({ params: { long }, stages: { train: { command: "echo ${params.long}" } } });
  assert.notEqual((await test.aero(["run"])).code, 0);
});
