import assert from "node:assert/strict";
import { openMemoryStore, spoil } from "../../tests/support/memory_store.ts";
import { readExperimentVersion } from "../format/experiment_version_format.ts";
import { readRecord } from "../format/record_format.ts";
import { recordKey, versionKey } from "./keys.ts";
import { RunArchive } from "./runs.ts";

const FORMATS = new URL("../../fixtures/formats/v1/", import.meta.url);
const VERSION = readExperimentVersion(Deno.readFileSync(new URL("experiment_version.json", FORMATS)));
const RECORD = readRecord(Deno.readFileSync(new URL("record.json", FORMATS)));

const isCode = (code: string) => (error: unknown) => (error as { code: string }).code === code;

Deno.test("versions, records and verdicts come back as they were put, also twice", async () => {
  await using test = await openMemoryStore();
  const archive = new RunArchive(test.store);
  const verdict = {
    schema: "aero/verdict@1",
    run: RECORD.run,
    against: [RECORD.run],
    verdict: "different",
    differences: [{ metric: "rmse" }],
    at: 5,
  } as const;

  for (let i = 0; i < 2; i++) {
    await archive.putVersion(VERSION);
    await archive.putRecord(RECORD);
    await archive.putVerdict(RECORD.project, verdict);
  }

  assert.deepEqual(await archive.getVersion(await archive.putVersion(VERSION)), VERSION);
  assert.deepEqual(await archive.getRecord(RECORD.project, RECORD.run), RECORD);
  assert.deepEqual(await archive.records(RECORD.project), [RECORD]);
  assert.deepEqual(await archive.verdicts(RECORD.project, RECORD.run), [verdict]);
  assert.deepEqual((await archive.listRuns()).map(({ run }) => run), [RECORD.run]);
});

Deno.test("a record never changes", async () => {
  await using test = await openMemoryStore();
  const archive = new RunArchive(test.store);
  await archive.putRecord(RECORD);

  await assert.rejects(archive.putRecord({ ...RECORD, note: "better" }), isCode("record_exists"));

  assert.deepEqual(await archive.getRecord(RECORD.project, RECORD.run), RECORD);
});

Deno.test("an altered record is corrupt even where it still reads well", async () => {
  await using test = await openMemoryStore();
  const archive = new RunArchive(test.store);
  await archive.putRecord(RECORD);

  await spoil(test.storage, recordKey(RECORD.project, RECORD.run), (bytes) => {
    const text = new TextDecoder().decode(bytes);
    return new TextEncoder().encode(text.replace(`"startedAt":1`, `"startedAt":2`));
  });

  await assert.rejects(archive.getRecord(RECORD.project, RECORD.run), isCode("record_corrupt"));
});

Deno.test("a version whose bytes are not those of its id is corrupt, an absent one missing", async () => {
  await using test = await openMemoryStore();
  const archive = new RunArchive(test.store);
  const id = await archive.putVersion(VERSION);

  await spoil(test.storage, versionKey(id), (bytes) => bytes.subarray(1));
  await assert.rejects(archive.getVersion(id), isCode("version_corrupt"));
  await test.storage.delete(versionKey(id));
  await assert.rejects(archive.getVersion(id), isCode("version_missing"));
});

Deno.test("a run without a record is undefined", async () => {
  await using test = await openMemoryStore();

  assert.equal(await new RunArchive(test.store).getRecord(RECORD.project, RECORD.run), undefined);
});
