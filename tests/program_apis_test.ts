import assert from "node:assert/strict";
import { pointsOf, readJournal } from "../core/format/journal_format.ts";
import { getManifest } from "../core/store/tree.ts";
import { filesOf } from "../core/model/manifest.ts";
import { loggedFactsOf } from "../core/model/journal.ts";
import type { RunRecord } from "../core/model/run.ts";
import { untilHolds } from "./support/aero_process.ts";
import { subjectOrSkip } from "./support/must_run.ts";
import { NOTES_PY, notesApi } from "./support/notes_api.ts";
import { TestProject, type TestProjectOptions } from "./support/open_project.ts";

const python = await subjectOrSkip("python3", async () => {
  const { success } = await new Deno.Command("python3", { args: ["--version"], stdout: "null" }).output();
  assert.ok(success, "python3 --version fails");
});

const TRAIN = `
from notes import send
import os, sys
for step in range(3):
    assert send("/metrics", {"step": step, "values": {"loss": 1 / (step + 1)}})[0] == 200
send("/facts", {"params": {"depth": 5, "note": os.environ["TOKEN"]}, "tags": {"kind": "tree"}})
send("/facts", {"params": {"depth": 6}})
send("/files/model/weights", b"weights")
send("/files/plots/roc.txt", b"a curve")
sys.exit(int(os.environ.get("EXIT", "0")))
`;
const FILES = {
  "notes.py": NOTES_PY,
  "train.py": TRAIN,
  "use.py": "import os; os.stat(os.environ['AERO_INPUTS'] + '/m/weights')",
};
const STAGES = {
  train: { command: "python3 train.py", outputs: ["model"] },
  use: { command: "python3 use.py", inputs: { m: "model" } },
};
const ENV = { TOKEN: "hunter2-hunter2" };

function begun(
  environment: Record<string, unknown> = {},
  options: TestProjectOptions = {},
): TestProject {
  const test = new TestProject({ env: ENV, programApis: [notesApi], ...options });
  test.commit({ environment: { use: "host", secrets: ["TOKEN"], ...environment }, stages: STAGES }, FILES);
  return test;
}

function notesTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: "skipped" in python, fn });
}

async function journalOf(test: TestProject, { journal }: RunRecord) {
  return readJournal(await test.use(({ services }) => services.store.getBytes(journal))).events;
}

async function pathsOf(test: TestProject, record: RunRecord, output: string): Promise<string[]> {
  return await test.use(async ({ services }) => {
    const manifest = await getManifest(services.store, record.outputs[output]!.manifest);
    return filesOf(manifest).map(({ path }) => path);
  });
}

notesTest("what a program logs to an API is journalled in order, and its files become outputs", async () => {
  await using test = begun();

  const [train, use] = (await test.run()).map(({ record }) => record);

  assert.equal(train!.state, "succeeded");
  const events = await journalOf(test, train!);
  assert.deepEqual(pointsOf(events).map(({ step, values }) => [step, values.loss]), [
    [0, 1],
    [1, 1 / 2],
    [2, 1 / 3],
  ]);
  assert.deepEqual([...loggedFactsOf(events)].map(({ params }) => params?.depth), [5, 6]);
  assert.deepEqual(train!.logged?.params, { depth: 6, note: "[secret TOKEN]" });
  assert.deepEqual(train!.logged?.tags, { kind: "tree" });
  assert.deepEqual(Object.keys(train!.outputs), ["model", "train_notes"]);
  assert.deepEqual(await pathsOf(test, train!, "model"), ["weights"]);
  assert.deepEqual(await pathsOf(test, train!, "train_notes"), ["plots/roc.txt"]);
  assert.equal(use!.state, "succeeded", "a later stage reads the output");
});

notesTest("what a program logs is no version of data that was added under that name", async () => {
  await using test = begun();
  const data = test.git.beside("measured");
  Deno.writeTextFileSync(data, "measured");
  const show = () => test.aero(["--json", "artifact", "log", "train_notes"]);
  await test.aero(["data", "add", data, "--name", "train_notes"]);
  const before = (await show()).out();

  const { code, err } = await test.aero(["run", "train"]);

  assert.equal(code, 0, err());
  assert.match(err(), /warning: what the program logged is kept .* no version of train_notes/);
  assert.equal((await show()).out(), before);
  const { record } = (await test.run())[0]!;
  assert.equal(record.outputs.train_notes!.label, undefined);
  assert.deepEqual(await pathsOf(test, record, "train_notes"), ["plots/roc.txt"]);
});

notesTest("a result that is used again has what was logged", async () => {
  await using test = begun();
  const [first] = await test.run();

  const [again] = await test.run();

  assert.ok(again!.reused);
  assert.deepEqual(again!.record.logged, first!.record.logged);
  assert.deepEqual(Object.keys(again!.record.outputs), ["model", "train_notes"]);
});

notesTest("the script that runs a run by hand says that nobody takes what is logged", async () => {
  await using test = begun();
  const records = (await test.run()).map(({ record }) => record);

  const scripts = await Promise.all(records.map(async ({ run, stage }) => {
    const folder = test.git.beside(stage);
    const { code, err } = await test.aero(["checkout", run, folder]);
    assert.equal(code, 0, err());
    return Deno.readTextFileSync(`${folder}/run.sh`);
  }));

  assert.deepEqual(scripts.map((script) => script.includes("# aero served")), [true, false]);
});

notesTest("a program that fails keeps what it said and no file", async () => {
  await using test = begun({ env: { EXIT: "3" } });

  const { record } = (await test.run())[0]!;

  assert.deepEqual(record.exit, { how: "exited", code: 3 });
  assert.equal(record.logged?.params.depth, 6);
  assert.equal(record.metrics.loss, 1 / 3);
  assert.deepEqual(record.outputs, {});
});

notesTest("the token of an API is nowhere in what is kept of the run", async () => {
  await using test = begun();
  const script = `
from notes import send
import os
token = os.environ["NOTES_TOKEN"]
print("it is", token, flush=True)
send("/metrics", {"step": 0, "values": {token: 1}})
send("/facts", {"params": {"env": {"all": token}}, "tags": {token: "x"}, "note": token})
open(os.environ["AERO_METRICS"], "a").write('{"%s": 1}\\n' % token)
`;
  test.commit({ stages: { see: { command: "python3 see.py" } } }, { "see.py": script });

  const { code, out } = await test.aero(["run"]);

  assert.equal(code, 0);
  const record = await test.record();
  assert.deepEqual(record.logged?.params, { env: { all: "[secret NOTES_TOKEN]" } });
  assert.deepEqual(Object.keys(record.metrics), ["[secret NOTES_TOKEN]"]);
  const { journal, logs } = record;
  const kept = await test.use(async ({ services }) => {
    const bytes = await Promise.all([journal, logs.stdout!].map((one) => services.store.getBytes(one)));
    return bytes.map((one) => new TextDecoder().decode(one)).join("");
  });
  assert.doesNotMatch(out() + kept + JSON.stringify(record), /[0-9a-f]{64}(?<!sha256:[0-9a-f]{64})/);
});

notesTest("an interrupt leaves what was said in the record, and no file", async () => {
  await using test = begun();
  const script = TRAIN.replace(
    "sys.exit",
    'print("ready", flush=True); import time; time.sleep(300); sys.exit',
  );
  test.git.commit({ "train.py": script });
  const interrupt = new AbortController();

  const running = test.aero(["run"], { signal: interrupt.signal });
  let run = "";
  await untilHolds("all is said", () => {
    run = test.unrecorded().find((name) => !name.startsWith("."))!;
    return Deno.readTextFileSync(`${test.root}/.aero/runs/${run}/stdout.log`).includes("ready");
  });
  interrupt.abort(new DOMException("Interrupted", "AbortError"));

  assert.equal((await running).code, 130);
  const record = await test.use(({ services }) => services.archive.getRecord("toy", run as never));
  assert.equal(record!.state, "aborted");
  assert.equal(record!.logged?.params.depth, 6);
  assert.equal(record!.metrics.loss, 1 / 3);
  assert.deepEqual(record!.outputs, {});
});

notesTest("an output that the program filled by itself keeps that", async () => {
  await using test = begun();
  const write = `import os; open(os.environ["AERO_OUTPUTS"] + "/model/own", "w").write("own")\n`;
  test.git.commit({ "train.py": write + TRAIN });

  const { record } = (await test.run())[0]!;

  assert.deepEqual(await pathsOf(test, record, "model"), ["own"]);
  assert.deepEqual(await pathsOf(test, record, "train_notes"), ["model/weights", "plots/roc.txt"]);
});

notesTest(
  "the project's own variables win, and one that names a server leaves the API unserved",
  async () => {
    await using test = begun();
    const script = "import os; print(sorted((k, v) for k, v in os.environ.items() if k.startswith('NOTES')))";
    const run = async (env: Record<string, string>) => {
      test.commit({ environment: { use: "host", env }, stages: { see: { command: "python3 see.py" } } }, {
        "see.py": script,
      });
      const record = await test.record();
      const log = await test.use(({ services }) => services.store.getBytes(record.logs.stdout!));
      return new TextDecoder().decode(log);
    };

    assert.match(
      await run({ NOTES_STYLE: "long" }),
      /^\[\('NOTES_STYLE', 'long'\), \('NOTES_TOKEN', '\[secret NOTES_TOKEN\]'\), \('NOTES_URL', 'http:\/\/127\.0\.0\.1:\d+'\)\]\n$/,
    );
    assert.equal(await run({ NOTES_URL: "http://own" }), "[('NOTES_URL', 'http://own')]\n");
    assert.equal(await run({ NOTES_TOKEN: "own" }), "[('NOTES_TOKEN', 'own')]\n");
  },
);

notesTest("a proxy that the project names is not asked for the API", async () => {
  await using test = begun();
  const env = { HTTP_PROXY: "http://127.0.0.1:1", "no_proxy": "example.org" };
  test.commit({ environment: { use: "host", env }, stages: { see: { command: "python3 see.py" } } }, {
    "see.py": `
import os
from notes import send
assert send("/")[0] == 200
assert os.environ["no_proxy"] == os.environ["NO_PROXY"] == "example.org,127.0.0.1", os.environ["no_proxy"]
`,
  });

  assert.equal((await test.record()).state, "succeeded");
});

notesTest("a request without the token of the run is refused", async () => {
  await using test = begun();
  const script = `
from notes import send
assert send("/metrics", {"values": {"loss": 1}}, token="wrong")[0] == 401
assert send("/.aero/launched")[0] == 200, "it is a path of the API like any other"
`;
  test.commit({ stages: { see: { command: "python3 see.py" } } }, { "see.py": script });

  const record = await test.record();

  assert.equal(record.state, "succeeded");
  assert.deepEqual(record.metrics, {});
});

notesTest("`aero dev` serves APIs too: files become scratch outputs, and nothing is recorded", async () => {
  await using test = begun();

  const { code, out, err } = await test.aero(["--json", "dev"]);

  assert.equal(code, 0, err());
  const [train] = out().trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(Object.keys(train.outputs), ["model", "train_notes"]);
  assert.equal(Deno.readTextFileSync(`${train.outputs.model}/weights`), "weights");
});

notesTest("what `aero dev` finds among the outputs in a logged output's place is not kept", async () => {
  await using test = begun();
  const script = `${TRAIN.replace("sys.exit", "#")}
place = os.path.join(os.environ["AERO_OUTPUTS"], "train_notes")
os.makedirs(place)
open(os.path.join(place, "own"), "w").close()
`;
  test.commit({ stages: STAGES, environment: { use: "host", secrets: ["TOKEN"] } }, { "train.py": script });

  const { code, out, err } = await test.aero(["--json", "dev", "train"]);

  assert.equal(code, 0, err());
  const [train] = out().trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual([...Deno.readDirSync(train.outputs.train_notes)].map(({ name }) => name), ["plots"]);
});

notesTest("a shell has the APIs as well", async () => {
  await using test = begun();

  const { code, out, err } = await test.aero([
    "shell",
    "train",
    "--",
    "python3",
    "-c",
    "from notes import send; print(send('/'))",
  ]);

  assert.equal(code, 0, err());
  assert.match(out(), /"stage":"train"/);
});

notesTest("an API that cannot be opened fails no run, and is told of", async () => {
  const programApis = [{ ...notesApi, open: () => Promise.reject(new TypeError("a bug")) }];
  await using test = begun({}, { programApis });
  test.commit({ stages: { see: { command: "python3 see.py" } } }, {
    "see.py": "from notes import send; assert send('/')[0] == 500",
  });

  const { code, err } = await test.aero(["run"]);

  assert.equal(code, 0, err());
  assert.match(err(), /the notes API could not be served: TypeError: a bug/);
});
