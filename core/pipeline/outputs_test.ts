import assert from "node:assert/strict";
import { openTreeCache } from "../cache/trees.ts";
import { UserError } from "../errors.ts";
import type { RunRecord } from "../model/run.ts";
import { parseRunId } from "../model/run_id.ts";
import { ArtifactCatalog } from "../store/artifacts.ts";
import { RunArchive } from "../store/runs.ts";
import { getManifest } from "../store/tree.ts";
import { openMemoryStore } from "../../tests/support/memory_store.ts";
import { NotedObserver } from "../../tests/support/open_project.ts";
import { sampleRecord } from "../../tests/support/sample_run.ts";
import { collectOutputs, labelOutput } from "./outputs.ts";
import { RunDirectory } from "./run_directory.ts";

const RUN = parseRunId("kqzmkqzmkqzmkqzm");

/** The directories of a run that has ended well, with outputs named `model` and `report`. */
async function begin() {
  const test = await openMemoryStore();
  const directory = new RunDirectory(`${test.directory}/state`, RUN);
  directory.create(["model", "report"]);
  Deno.writeTextFileSync(`${directory.outputs}/report/text`, "fine");
  const trees = await openTreeCache(`${test.directory}/cache`);
  const services = {
    store: test.store,
    trees,
    catalog: new ArtifactCatalog(test.store),
    archive: new RunArchive(test.store),
    now: () => 9,
  };
  const observer = new NotedObserver();
  const options = { signal: new AbortController().signal, observer };
  return {
    directory,
    observer,
    services,
    model: `${directory.outputs}/model`,
    collect: (names = ["model", "report"]) => collectOutputs(names, directory, services, options),
    async [Symbol.asyncDispose]() {
      makeWritable(test.directory);
      await test[Symbol.asyncDispose]();
    },
  };
}

function makeWritable(directory: string): void {
  Deno.chmodSync(directory, 0o755);
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    if (isDirectory) makeWritable(`${directory}/${name}`);
  }
}

Deno.test("outputs are stored whole: files, folders, the mode bit of executables, and links that stay inside", async () => {
  await using run = await begin();
  Deno.mkdirSync(`${run.model}/sub`);
  Deno.writeTextFileSync(`${run.model}/sub/weights`, "w");
  Deno.writeTextFileSync(`${run.model}/serve`, "#!/bin/sh\n", { mode: 0o755 });
  Deno.symlinkSync("sub/weights", `${run.model}/latest`);

  const [model, report] = await run.collect();

  const { entries } = await getManifest(run.services.store, model!.manifest);
  assert.deepEqual(
    entries.map((entry) => [entry.path, entry.kind === "file" ? entry.executable : entry.target]),
    [["latest", "sub/weights"], ["serve", true], ["sub/weights", false]],
  );
  assert.equal(model!.files, 2);
  assert.equal(report!.bytes, 4);
  assert.deepEqual(run.observer.waits, ["Storing model", "Storing report"]);
});

Deno.test("an output without any file is refused, and the way to write it is named", async () => {
  await using run = await begin();

  await assert.rejects(run.collect(), (error: unknown) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.code, "output_empty");
    assert.match(error.report.what, /"model"/);
    assert.match(error.report.fix!.join(), /\$\{outputs\.model\}/);
    return true;
  });
});

for (const target of ["../report/text", "/etc/passwd", "sub/../../report"]) {
  Deno.test(`an output with a link to ${target} is refused, and the link is named`, async () => {
    await using run = await begin();
    Deno.mkdirSync(`${run.model}/sub`);
    Deno.symlinkSync(target, `${run.model}/escape`);

    await assert.rejects(run.collect(), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /escape/);
      return true;
    });
  });
}

Deno.test("an output with a pipe in it is refused, and the pipe is named", async () => {
  await using run = await begin();
  await new Deno.Command("mkfifo", { args: [`${run.model}/pipe`] }).output();

  await assert.rejects(
    run.collect(),
    (error: unknown) => error instanceof UserError && /pipe/.test(error.message),
  );
});

Deno.test("labelOutput() names equal content once and says which run made it first", async () => {
  await using run = await begin();
  const [report] = await run.collect(["report"]);

  const first = await labelOutput(report!, { project: "toy", run: RUN }, run.services);
  await recordRun(run.services.archive, { state: "succeeded" });
  const second = await labelOutput(
    report!,
    { project: "toy", run: parseRunId("llllllllllllllll") },
    run.services,
  );

  assert.deepEqual(second, first);
  assert.equal(first.label, "v1");
  const [label] = await run.services.catalog.labels("toy", "report");
  assert.deepEqual(label!.origin, { kind: "run", run: RUN, output: "report" });
});

for (
  const [what, changes] of [
    ["failed", { state: "failed" }],
    ["was lost before it was recorded", undefined],
    ["repeats another", {
      state: "succeeded",
      parent: { kind: "rerun-of", run: parseRunId("m".repeat(16)) },
    }],
  ] as const
) {
  Deno.test(`content of a run that ${what} gets a label of its own when a run makes it`, async () => {
    await using run = await begin();
    const [report] = await run.collect(["report"]);
    await labelOutput(report!, { project: "toy", run: RUN }, run.services);
    if (changes !== undefined) await recordRun(run.services.archive, changes);

    const maker = { project: "toy", run: parseRunId("llllllllllllllll") };
    const made = await labelOutput(report!, maker, run.services);

    assert.equal(made.label, "v2");
  });
}

/** Records the run that made the first label. */
async function recordRun(archive: RunArchive, changes: Partial<RunRecord>): Promise<void> {
  const { parent: _parent, ...record } = sampleRecord();
  await archive.putRecord({ ...record, project: "toy", run: RUN, ...changes });
}

for (
  const [what, replace] of [
    ["removed", () => {}],
    ["made a link of", (path: string) => Deno.symlinkSync("/etc", path)],
    ["made a file of", (path: string) => Deno.writeTextFileSync(path, "weights")],
  ] as const
) {
  Deno.test(`an output whose directory the program ${what} is refused by name, and nothing outside is stored`, async () => {
    await using run = await begin();
    Deno.removeSync(run.model, { recursive: true });
    replace(run.model);

    await assert.rejects(
      run.collect(),
      (error: unknown) => error instanceof UserError && /model/.test(error.report.what),
    );
  });
}

Deno.test("a program that removed the directory of all outputs is told so", async () => {
  await using run = await begin();
  Deno.removeSync(run.directory.outputs, { recursive: true });

  await assert.rejects(run.collect(), UserError);
});

Deno.test("what the program wrote beside its declared outputs is told of and not kept", async () => {
  await using run = await begin();
  Deno.writeTextFileSync(`${run.model}/weights`, "w");
  Deno.writeTextFileSync(`${run.directory.outputs}/stray`, "s");

  const collected = await run.collect();

  assert.deepEqual(collected.map(({ name }) => name), ["model", "report"]);
  assert.match(run.observer.warnings.join(), /stray/);
});
