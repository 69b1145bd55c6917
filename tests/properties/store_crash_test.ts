import assert from "node:assert/strict";
import { readExperimentVersion } from "../../core/format/experiment_version_format.ts";
import { readRecord } from "../../core/format/record_format.ts";
import { MEDIA_TYPE } from "../../core/model/descriptor.ts";
import { ArtifactCatalog } from "../../core/store/artifacts.ts";
import { RunArchive } from "../../core/store/runs.ts";
import type { Store } from "../../core/store/store.ts";
import { addTree } from "../../core/store/tree.ts";
import { CutStorage } from "../support/cut_storage.ts";
import { findingsOf, openMemoryStore } from "../support/memory_store.ts";

const FORMATS = new URL("../../fixtures/formats/v1/", import.meta.url);

/** Adds a version of an artifact as `data add` does. */
async function addVersion(store: Store, directory: string): Promise<number> {
  const { manifest, files, bytes } = await addTree(store, `${directory}/data`);
  const { label } = await new ArtifactCatalog(store).addVersion({
    project: "bikes",
    name: "counts",
    manifest,
    files,
    bytes,
    origin: { kind: "added", by: "ada", host: "desk", path: "data" },
    createdAt: 1_800_000_000_000,
  });
  return label.number!;
}

/** Stores a run as its end does: objects, version, record, verdict. */
async function archiveRun(store: Store, directory: string): Promise<number> {
  const archive = new RunArchive(store);
  const version = readExperimentVersion(Deno.readFileSync(new URL("experiment_version.json", FORMATS)));
  const template = readRecord(Deno.readFileSync(new URL("record.json", FORMATS)));
  const { manifest, files, bytes } = await addTree(store, `${directory}/data`);
  const [journal, stdout] = await store.putMany([
    { bytes: new TextEncoder().encode("journal"), mediaType: "application/jsonl" },
    { bytes: new TextEncoder().encode("output"), mediaType: MEDIA_TYPE.log },
  ]);
  const { image: _, ...rest } = template;
  const record = {
    ...rest,
    version: await archive.putVersion(version),
    source: { ...template.source, packs: [] },
    inputs: {},
    outputs: { model: { artifact: "model", label: "v1", manifest, files, bytes } },
    logs: { stdout: stdout! },
    journal: journal!,
  };
  await archive.putRecord(record);
  await archive.putVerdict(record.project, {
    schema: "aero/verdict@1",
    run: record.run,
    against: [record.run],
    verdict: "identical",
    differences: [],
    at: 1_800_000_000_000,
  });
  return (await archive.listRuns()).length;
}

for (const [name, write] of [["adding a version", addVersion], ["archiving a run", archiveRun]] as const) {
  for (const lateReply of [false, true]) {
    const how = lateReply ? "loses the reply of" : "is cut off after";
    Deno.test(`a process that ${how} any call while ${name} leaves a valid store and can try again`, async () => {
      let cuts = 0;
      for (let last = 0;; last++) {
        await using test = await openMemoryStore();
        Deno.mkdirSync(`${test.directory}/data`);
        Deno.writeFileSync(`${test.directory}/data/big`, new Uint8Array(600_000).fill(last));
        for (const file of ["a", "b"]) Deno.writeTextFileSync(`${test.directory}/data/${file}`, file);
        let failure: unknown;

        try {
          const store = await test.reopen((storage) => new CutStorage(storage, last, lateReply));
          await write(store, test.directory);
        } catch (error) {
          failure = error;
        }

        assert.deepEqual(await findingsOf(await test.reopen()), [], `after call ${last}`);
        assert.equal(await write(await test.reopen(), test.directory), 1, `after call ${last}`);
        assert.deepEqual(await findingsOf(await test.reopen()), [], `after call ${last} and another try`);
        if (failure === undefined) break;
        assert.equal((failure as { code: string }).code, "unavailable");
        cuts++;
      }
      assert.ok(cuts >= 5, `only ${cuts} calls`);
    });
  }
}
