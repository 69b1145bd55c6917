import assert from "node:assert/strict";
import type { RunRecord } from "../../core/model/run.ts";
import { untilHolds } from "../support/aero_process.ts";
import { TestProject } from "../support/open_project.ts";
import { BASE_IMAGE, containersOf, podman, podmanOrSkip } from "../support/podman.ts";

const SECRET = "hunter2-not-in-any-file";
const ENV = { TOKEN: SECRET, HOST_ONLY: "seen", HTTP_PROXY: "http://proxy.example" };
const podmanHere = await podmanOrSkip();

/** Each check of a script says what it found wrong, by its exit code and on stderr. */
const CHECKS = {
  "inputs.sh": `
touch "$AERO_INPUTS/data/new" 2>/dev/null && { echo "inputs take new files"; exit 11; }
{ echo x >> "$AERO_INPUTS/data/n"; } 2>/dev/null && { echo "inputs can be changed"; exit 12; }
cp "$AERO_INPUTS/data/n" "$AERO_OUTPUTS/copied/n"
touch scratch || exit 13
[ "$(pwd)" = /aero/code ] || exit 14
ls -A > "$AERO_OUTPUTS/copied/files"`,
  "read_only.sh": `touch scratch 2>/dev/null && { echo "code can be changed"; exit 21; }; exit 0`,
  "env.sh": `
[ -z "$HOST_ONLY$HTTP_PROXY" ] || { echo "variables of the host are seen"; exit 31; }
[ "$MODE" = "fast & 'loose'" ] || exit 32
[ "$AERO_SEED" = 7 ] && [ "$PYTHONHASHSEED" = 7 ] || exit 33
[ "$(grep -c : /proc/net/dev)" = 1 ] || { echo "there is a network"; exit 34; }
grep -q '"depth":5' "$AERO_PARAMS" || exit 35
aero log loss=0.25 --step 1 || exit 36
[ ! -t 0 ] && [ ! -t 1 ] || exit 37`,
  "secret.sh": `
echo "token is $TOKEN"; echo "again $TOKEN" >&2
[ "\${#TOKEN}" = ${SECRET.length} ] || exit 41
while [ ! -e /aero/run/go ]; do sleep 0.05; done`,
  "memory.sh": `head -c 400000000 /dev/zero | tail -c 300000000 > /dev/null`,
  "wait.sh": `echo '{"loss":1}' >> "$AERO_METRICS"; echo ready; sleep 300`,
};

const CONFIG = {
  params: { seed: 7, depth: 5 },
  environment: {
    use: "podman",
    image: BASE_IMAGE,
    env: { MODE: "fast & 'loose'" },
  },
  stages: {
    inputs: { command: "sh inputs.sh", inputs: { data: "counts" }, outputs: ["copied"] },
    readonly: { command: "sh read_only.sh", code_access: "read-only" },
    env: { command: "sh env.sh" },
    secret: { command: "sh secret.sh", environment: { secrets: ["TOKEN"] } },
    memory: { command: "sh memory.sh", environment: { limits: { memory: "64m" } } },
    wait: { command: "sh wait.sh" },
  },
};

/** Runs one stage to its end; its record. */
async function runOf(
  test: TestProject,
  stage: string,
): Promise<{ code: number; record: RunRecord; err: string }> {
  const { code, out, err } = await test.aero(["--json", "run", "--only", stage]);
  const { run } = JSON.parse(out().trim().split("\n").at(-1)!);
  const record = await test.use(({ services }) => services.archive.getRecord("toy", run));
  return { code, record: record!, err: err() };
}

Deno.test({
  name: "a tracked run in a container sees what is declared, and nothing else",
  ignore: podmanHere === undefined,
  async fn(t) {
    await using test = new TestProject({ env: ENV });
    test.commit(CONFIG, { ...CHECKS, ".gitignore": "ignored\n" });
    test.git.write("ignored", "must not leak");
    Deno.writeTextFileSync(test.git.beside("n"), "1\n2\n");
    assert.equal((await test.aero(["data", "add", test.git.beside("n"), "--name", "counts"])).code, 0);
    const built = await test.aero(["build"]);
    assert.equal(built.code, 0, built.err());
    test.git.commit();

    await t.step(
      "inputs are read-only, the code is a writable copy of the commit, and the grade is reproducible",
      async () => {
        const { code, record, err } = await runOf(test, "inputs");
        assert.equal(code, 0, err);
        assert.equal(record.grade, "reproducible");
        assert.match(record.host.engine!, /^podman /);
        const copied = test.git.beside("copied");
        const got = await test.aero(["artifact", "get", "copied", copied]);
        assert.equal(got.code, 0, got.err());
        const files = Deno.readTextFileSync(`${copied}/files`).trim().split("\n");
        assert.deepEqual(
          files,
          [
            ".gitignore",
            "aero.lock",
            "aero.yaml",
            ...Object.keys(CHECKS),
            "scratch",
          ].sort(),
        );
      },
    );

    await t.step("code is read-only where the config says so", async () => {
      const { code, err } = await runOf(test, "readonly");
      assert.equal(code, 0, err);
    });

    await t.step("no variable of the host, no network and no terminal is there", async () => {
      const { code, record, err } = await runOf(test, "env");
      assert.equal(code, 0, err);
      assert.deepEqual(record.metrics, { loss: 0.25 });
    });

    await t.step("a secret reaches the program, and no file, log, record or command line", async () => {
      const running = test.aero(["--json", "run", "--only", "secret"]);
      const [run] = await runsUnderWay(test);
      await untilHolds(
        "the program said it",
        () => Deno.readTextFileSync(`${test.root}/.aero/runs/${run}/stderr.log`).length > 0,
      );
      const commandLines = allCommandLines();
      Deno.writeTextFileSync(`${test.root}/.aero/work/${run}/run/go`, "");
      const { code, out, err } = await running;
      assert.equal(code, 0, err());
      assert.ok(
        commandLines.some((line) => line.includes(run!)),
        "the container's own command line was seen",
      );
      assert.deepEqual(commandLines.filter((line) => line.includes(SECRET)), []);
      assert.match(err(), /token is \[secret TOKEN\]/);
      assert.ok(!`${out()}${err()}`.includes(SECRET));
      assert.deepEqual(await filesWith(SECRET, test.git.beside(".")), []);
    });

    await t.step({
      name: "a program that runs out of memory is reported as that",
      ignore: podmanHere?.limits !== true,
      async fn() {
        const { code, record } = await runOf(test, "memory");
        assert.equal(code, 1);
        assert.equal(record.state, "failed");
        assert.deepEqual(record.exit, { how: "out_of_memory" });
        assert.equal(record.limits.memoryBytes, 64 * 2 ** 20);
      },
    });

    await t.step("an interrupt ends the container, and the run is aborted with its metrics", async () => {
      const interrupt = new AbortController();
      const running = test.aero(["run", "--only", "wait"], { signal: interrupt.signal });
      const [run] = await runsUnderWay(test);
      await untilHolds(
        "the program is ready",
        () => Deno.readTextFileSync(`${test.root}/.aero/runs/${run}/stdout.log`).includes("ready"),
      );
      assert.equal((await containersOf(run!)).length, 1);
      interrupt.abort(new DOMException("Interrupted", "AbortError"));
      assert.equal((await running).code, 130);
      assert.deepEqual(await containersOf(run!), []);
      assert.deepEqual(test.unrecorded(), []);
      const record = await test.use(({ services }) => services.archive.getRecord("toy", run as never));
      assert.equal(record!.state, "aborted");
      assert.deepEqual(record!.metrics, { loss: 1 });
    });

    await t.step("all that was stored is sound", async () => {
      const { code, out } = await test.aero(["storage", "fsck"]);
      assert.equal(code, 0, out());
    });
  },
});

Deno.test({
  name: "`aero rerun` from storage alone gives identical outputs: no image, cache, state or clone is left",
  ignore: podmanHere === undefined,
  async fn() {
    await using test = new TestProject();
    const dockerfile = `FROM ${BASE_IMAGE}\nRUN echo ${crypto.randomUUID()} > /etc/only-here\n`;
    const environment = { use: "podman", build: { dockerfile: "Dockerfile" } };
    const stages = {
      train: {
        command: "sh train.sh ${params.depth}",
        inputs: { data: "counts" },
        outputs: ["model"],
      },
    };
    test.commit({ params: { depth: 5 }, environment, stages }, {
      "train.sh": 'cat "$AERO_INPUTS/data/n" /etc/only-here > "$AERO_OUTPUTS/model/model"; ' +
        'echo "$1 $AERO_SEED" >> "$AERO_OUTPUTS/model/model"',
      "Dockerfile": dockerfile,
    });
    Deno.writeTextFileSync(test.git.beside("n"), "1\n2\n");
    await test.aero(["data", "add", test.git.beside("n"), "--name", "counts"]);
    const built = await test.aero(["--json", "build"]);
    assert.equal(built.code, 0, built.err());
    const { image } = JSON.parse(built.out().split("\n")[0]!);
    test.git.commit();
    const first = await test.aero(["--json", "run"]);
    assert.equal(first.code, 0, first.err());
    const { run } = JSON.parse(first.out().trim());

    await podman("image", "rm", "--force", image.replace("sha256:", ""));
    for (const gone of ["cache", "project", "n"]) Deno.removeSync(test.git.beside(gone), { recursive: true });
    Deno.mkdirSync(test.git.beside("elsewhere"));
    const again = await test.aero(["--json", "rerun", run], { cwd: test.git.beside("elsewhere") });

    try {
      assert.equal(again.code, 0, again.err());
      const result = JSON.parse(again.out().trim());
      assert.equal(result.grade, "reproducible");
      assert.deepEqual(result.parent, { kind: "rerun-of", run });
      assert.deepEqual(result.outputs, { model: "model:v1" }, "equal bytes keep their label");
      await podman("image", "inspect", image.replace("sha256:", ""));
    } finally {
      await podman("image", "rm", "--force", image.replace("sha256:", ""));
    }
  },
});

/** Runs that go on, once there is one. */
async function runsUnderWay(test: TestProject): Promise<string[]> {
  let runs: string[] = [];
  await untilHolds(
    "a run is under way",
    () => (runs = test.unrecorded().filter((name) => !name.startsWith("."))).length > 0,
  );
  return runs;
}

/** The command lines of all processes. */
function allCommandLines(): string[] {
  return [...Deno.readDirSync("/proc")].filter(({ name }) => /^\d+$/.test(name)).map(({ name }) => {
    try {
      return Deno.readTextFileSync(`/proc/${name}/cmdline`).replaceAll("\0", " ");
    } catch {
      return "";
    }
  });
}

/** Paths of files under a folder that hold a text; it is looked for in all bytes. */
async function filesWith(text: string, root: string): Promise<string[]> {
  const { code, stdout } = await new Deno.Command("grep", { args: ["-rlaF", text, root] }).output();
  assert.ok(code === 0 || code === 1);
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
}
