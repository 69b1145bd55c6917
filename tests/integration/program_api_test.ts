import assert from "node:assert/strict";
import { pointsOf, readJournal } from "../../core/format/journal_format.ts";
import type { RunRecord } from "../../core/model/run.ts";
import type { PluginContext } from "../../core/plugin/context.ts";
import { dockerEnvironment } from "../../plugins/environments/docker/mod.ts";
import { podmanEnvironment } from "../../plugins/environments/podman/mod.ts";
import { AeroProcess, untilHolds } from "../support/aero_process.ts";
import { subjectOrSkip } from "../support/must_run.ts";
import { NOTES_PACKAGE, NOTES_PY, notesApi } from "../support/notes_api.ts";
import { TestProject } from "../support/open_project.ts";
import { BASE_IMAGE } from "../support/podman.ts";

const CHILD = new URL("../support/notes_child.ts", import.meta.url).pathname;
const METADATA = "/usr/lib/python3/dist-packages/aero_notes-1.dist-info";
const DOCKERFILE = `FROM ${BASE_IMAGE}
RUN mkdir ${METADATA} && printf 'Name: ${NOTES_PACKAGE}\\nVersion: 1\\n' > ${METADATA}/METADATA
`;

const SCRIPTS = {
  "notes.py": NOTES_PY,
  "log.py": `
from notes import send
import threading
assert send("/")[0] == 200
for step in range(200):
    send("/metrics", {"step": step, "values": {"loss": step}})
def one(i):
    assert send("/files/many/%d" % i, b"%d" % i * 1000)[0] == 200
threads = [threading.Thread(target=one, args=(i,)) for i in range(60)]
[t.start() for t in threads]; [t.join() for t in threads]
assert send("/files/model/weights", bytes(50_000_000))[0] == 200
send("/facts", {"params": {"depth": 6}})
`,
  // What it says of itself must not depend on whether an API is served.
  "self.sh": `
env | cut -d= -f1 | grep -v NOTES_ | sort | tr '\\n' ' '
echo "parent $PPID"; pwd
grep : /proc/net/dev | cut -d: -f1
(yes; echo "yes ended by $?" >&2) | head -n1
grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status
readlink /proc/self/fd/0
ulimit -n
`,
  "proxy.py": `
from notes import send
import os
assert send("/")[0] == 200
print(os.environ["NO_PROXY"], os.environ["no_proxy"])
`,
  "signal.sh": "kill -USR1 $$\n",
  "memory.sh": `head -c 400000000 /dev/zero | tail -c 300000000 > /dev/null`,
  "wait.py": `
from notes import send
import time
send("/metrics", {"values": {"loss": 1}})
send("/facts", {"note": "so far"})
print("ready", flush=True)
time.sleep(300)
`,
  "metric.py": `
from notes import send
assert send("/metrics", {"values": {"loss": 1}})[0] == 200
`,
  "host.py": `
from notes import send
import os
assert "23760" not in os.environ["NOTES_URL"]
assert send("/metrics", {"values": {"loss": 1}})[0] == 200
`,
};

// The library lies beside the code, where no inventory of an image has it.
const ABSENT_LIBRARY = {
  lost: { command: ["sh", "-c", "echo loss > notes.log"] },
  kept: {
    command: ["sh", "-c", "echo loss > notes.log; exec cat notes.log"],
    environment: { logging_apis: [] },
  },
  asked: { command: "python3 metric.py", environment: { logging_apis: ["notes"] } },
};

function stagesWith(limits: boolean): Record<string, Record<string, unknown>> {
  return {
    log: { command: "python3 log.py", outputs: ["model"] },
    self: { command: "sh self.sh" },
    code: { command: ["sh", "-c", "exit 7"] },
    signal: { command: "sh signal.sh" },
    missing: { command: ["no-such-program", "x"] },
    nopython: {
      command: ["/bin/sh", "-c", "echo $NOTES_URL; exit 5"],
      environment: { env: { PATH: "/nowhere" } },
    },
    proxy: { command: "python3 proxy.py", environment: { env: { http_proxy: "http://proxy.example:1" } } },
    host: { command: "python3 host.py", environment: { network: "host" } },
    wait: { command: "python3 wait.py" },
    ...(limits ? { memory: { command: "sh memory.sh", environment: { limits: { memory: "64m" } } } } : {}),
  };
}

function contextHere(): PluginContext {
  return {
    signal: new AbortController().signal,
    now: () => new Date(),
    variable: (name) => Deno.env.get(name),
    log: () => {},
    dataDirectory: "/nonexistent",
  };
}

/** The record of one stage's run, and what aero and the program said. */
async function runOf(test: TestProject, stage: string) {
  const { code, out, err } = await test.aero(["--json", "run", "--force", "--only", stage]);
  const last = out().trim().split("\n").at(-1)!;
  assert.ok(last.startsWith("{"), err());
  const { run } = JSON.parse(last);
  return await test.use(async ({ services }) => {
    const record = (await services.archive.getRecord("toy", run))!;
    const text = async (log: RunRecord["logs"]["stdout"]) =>
      log === undefined ? "" : new TextDecoder().decode(await services.store.getBytes(log));
    const points = pointsOf(readJournal(await services.store.getBytes(record.journal)).events);
    return {
      code,
      record,
      err: err(),
      points,
      stdout: await text(record.logs.stdout),
      stderr: await text(record.logs.stderr),
    };
  });
}

for (const plugin of [podmanEnvironment, dockerEnvironment]) {
  const use = plugin.name;
  const opened = await subjectOrSkip(use, async () => {
    await using environment = await plugin.open(contextHere());
    return environment.capabilities;
  });
  const env: Record<string, string> = {};
  const dockerHost = Deno.env.get("DOCKER_HOST");
  if (dockerHost !== undefined) env.DOCKER_HOST = dockerHost;

  const images: string[] = [];
  Deno.test.afterAll(async () => {
    if (images.length === 0) return;
    const command = new Deno.Command(use, {
      args: ["image", "rm", "--force", ...images],
      stdout: "null",
      env,
    });
    assert.ok((await command.output()).success);
  });

  /** A project whose image is built. */
  const begin = async (from: string, stages: Record<string, unknown>): Promise<TestProject> => {
    const test = new TestProject({ env, programApis: [notesApi] });
    test.commit({ environment: { use, build: { dockerfile: "Dockerfile" } }, stages }, {
      ...SCRIPTS,
      Dockerfile: from,
    });
    const built = await test.aero(["--json", "build"]);
    assert.equal(built.code, 0, built.err());
    images.push(JSON.parse(built.out().split("\n")[0]!).image.replace("sha256:", ""));
    test.git.commit();
    return test;
  };

  Deno.test({
    name: `programs in containers without a network log to APIs, and see nothing else of them: ${use}`,
    ignore: "skipped" in opened,
    async fn(t) {
      if ("skipped" in opened) return;
      const stages = stagesWith(opened.subject.limits);
      await using test = await begin(DOCKERFILE, stages);

      await t.step("`aero env show` tells of them", async () => {
        const { out } = await test.aero(["--json", "env", "show", "--stage", "log"]);

        assert.deepEqual(JSON.parse(out()).programApis, ["notes"]);
      });

      await t.step("from the first request on, many at once, and large ones", async () => {
        const { record, points, err } = await runOf(test, "log");

        assert.equal(record.state, "succeeded", err);
        assert.deepEqual(points.map(({ step }) => step), Array.from({ length: 200 }, (_, i) => i));
        assert.deepEqual(record.logged?.params, { depth: 6 });
        assert.equal(record.outputs.model!.bytes, 50_000_000);
        assert.equal(record.outputs.log_notes!.files, 60);
        assert.ok(!err.includes("not taken"), err);
      });

      await t.step("a program is started as if no API were served", async () => {
        const served = await runOf(test, "self");
        await using plain = await begin(`FROM ${BASE_IMAGE}\nRUN true\n`, stages);
        const unserved = await runOf(plain, "self");

        assert.equal(served.stdout, unserved.stdout);
        assert.equal(served.stderr, unserved.stderr);
        assert.match(served.stdout, /^\s*lo\n/m);
        assert.ok(!served.stdout.includes("eth0"));
      });

      await t.step("a proxy that the project names is not asked", async () => {
        const { record, stdout, stderr } = await runOf(test, "proxy");

        assert.equal(record.state, "succeeded", stderr);
        assert.equal(stdout, "127.0.0.1 127.0.0.1\n");
      });

      await t.step("exit codes and signals are the program's", async () => {
        assert.deepEqual((await runOf(test, "code")).record.exit, { how: "exited", code: 7 });
        assert.deepEqual((await runOf(test, "signal")).record.exit, { how: "signalled", signal: "SIGUSR1" });
      });

      await t.step({
        name: "a program that runs out of memory is reported as that",
        ignore: !opened.subject.limits,
        async fn() {
          assert.deepEqual((await runOf(test, "memory")).record.exit, { how: "out_of_memory" });
        },
      });

      await t.step("a program that is not there is told of by the engine", async () => {
        const { code, err } = await test.aero(["run", "--only", "missing"]);

        assert.equal(code, 4, err());
        assert.match(err(), /Cannot start "no-such-program" in image/);
        assert.ok(!err().includes("not taken"), err());
      });

      await t.step("without Python on its PATH a program runs once, and without the API", async () => {
        const { record, stdout, err } = await runOf(test, "nopython");

        assert.deepEqual(record.exit, { how: "exited", code: 5 });
        assert.equal(stdout, "\n");
        assert.match(err, /what the program logs with notes is not taken/);
      });

      await t.step("a program on the host's network is served there", async () => {
        const { record, err, stderr } = await runOf(test, "host");

        assert.equal(record.state, "succeeded", err + stderr);
        assert.deepEqual(record.metrics, { loss: 1 });
      });

      await t.step("a killed aero leaves what was said in the record of a lost run", async () => {
        const aero = AeroProcess.start(["run", "--only", "wait"], {
          cwd: test.root,
          env: test.env,
          main: CHILD,
        });
        let run = "";
        await untilHolds("the program has begun", () => {
          run = test.unrecorded().find((name) => !name.startsWith("."))!;
          return Deno.readTextFileSync(`${test.root}/.aero/runs/${run}/stdout.log`).includes("ready");
        });
        aero.kill("SIGKILL");
        await aero.end();

        await test.aero(["list"]);

        const record = await test.use(({ services }) => services.archive.getRecord("toy", run as never));
        assert.equal(record!.state, "lost");
        assert.deepEqual(record!.metrics, { loss: 1 });
        assert.equal(record!.logged?.note, "so far");
        assert.deepEqual([...Deno.readDirSync(`${test.root}/.aero/work`)], []);
      });
    },
  });

  Deno.test({
    name: `a program whose library is not in its image loses no logs unnoticed: ${use}`,
    ignore: "skipped" in opened,
    async fn() {
      await using test = await begin(`FROM ${BASE_IMAGE}\nRUN true\n`, ABSENT_LIBRARY);

      const shown = await test.aero(["env", "show", "--stage", "lost"]);
      assert.match(
        shown.out(),
        /logging APIs +none: the image has no notes; environment\.logging_apis serves it all the same\n/,
      );
      assert.match(
        (await runOf(test, "lost")).err,
        /logged with notes went to notes\.log .*logging_apis: \[notes\]/,
      );
      assert.doesNotMatch((await runOf(test, "kept")).err, /notes\.log/);

      const { record, err } = await runOf(test, "asked");
      assert.deepEqual([record.state, record.metrics], ["succeeded", { loss: 1 }], err);
      const again = await test.aero(["--json", "rerun", record.run]);
      assert.equal(again.code, 0, again.err());
      const latest = JSON.parse(again.out().trim().split("\n").at(-1)!);
      assert.deepEqual(
        (await test.use(({ services }) => services.archive.getRecord("toy", latest.run)))?.metrics,
        { loss: 1 },
      );
    },
  });
}
