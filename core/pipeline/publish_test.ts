import assert from "node:assert/strict";
import { StageResults } from "../cache/stage_results.ts";
import { OutsideError } from "../errors.ts";
import { readJournal } from "../format/journal_format.ts";
import { readRecord } from "../format/record_format.ts";
import { openRunIndex } from "../history/run_index.ts";
import { parseRunId } from "../model/run_id.ts";
import { RunArchive } from "../store/runs.ts";
import type { Store } from "../store/store.ts";
import { CutStorage } from "../../tests/support/cut_storage.ts";
import { findingsOf, openMemoryStore } from "../../tests/support/memory_store.ts";
import { publishRun } from "./publish.ts";
import { StateDirectory } from "./run_directory.ts";
import type { RunServices } from "./run_services.ts";

const kept = (name: string) =>
  Deno.readFileSync(new URL(`../../fixtures/formats/v1/${name}`, import.meta.url));
const JOURNAL = kept("journal.jsonl");

/** A run whose journal is a kept one, or its first lines, and who has written logs. */
async function endedRun(directory: string, lines = Infinity, journal = JOURNAL) {
  const text = new TextDecoder().decode(journal).split("\n").slice(0, lines).join("\n");
  const [created] = readJournal(JOURNAL).events;
  assert.equal(created!.event, "created");
  const run = parseRunId((created as { start: { run: string } }).start.run);
  const state = new StateDirectory(`${directory}/state`);
  state.prepare();
  const files = state.run(run);
  files.create([]);
  Deno.writeTextFileSync(files.journal, text.endsWith("\n") ? text : `${text}\n`);
  Deno.writeTextFileSync(files.stdout, "said\n");
  Deno.writeTextFileSync(files.stderr, "");
  const index = openRunIndex(state.indexPath);
  const results = await StageResults.open(`${directory}/results`);
  const services = (store: Store) =>
    ({ state, store, archive: new RunArchive(store), index, results }) as unknown as RunServices;
  return { run, index, results, services, [Symbol.dispose]: () => index[Symbol.dispose]() };
}

Deno.test("publishRun() makes the record of a journal, its logs and the entry in the index", async () => {
  await using test = await openMemoryStore();
  using ended = await endedRun(test.directory);

  const record = await publishRun(ended.run, ended.services(test.store));

  assert.equal(record.state, "succeeded");
  assert.deepEqual(record.metrics, { "grad norm": 3, loss: 0.25, r2: "NaN", rmse: 41.25 });
  assert.deepEqual(Object.keys(record.outputs), ["model"]);
  assert.equal(record.logged, undefined);
  assert.deepEqual(Object.keys(record.logs), ["stdout"], "an empty log is none");
  assert.equal(new TextDecoder().decode(await test.store.getBytes(record.logs.stdout!)), "said\n");
  assert.deepEqual(await test.store.getBytes(record.journal), JOURNAL);
  assert.deepEqual(await new RunArchive(test.store).getRecord(record.project, ended.run), record);
  assert.equal(ended.index.get(ended.run)!.state, "succeeded");
  assert.deepEqual(await ended.results.get(record.stageKey), { run: ended.run });
});

Deno.test("publishRun() records what the program logged beside metrics", async () => {
  await using test = await openMemoryStore();
  using ended = await endedRun(test.directory, Infinity, kept("logged_journal.jsonl"));

  const record = await publishRun(ended.run, ended.services(test.store));

  assert.deepEqual(record.logged, readRecord(kept("logged_record.json")).logged);
  assert.deepEqual(await new RunArchive(test.store).getRecord(record.project, ended.run), record);
});

Deno.test("publishRun() without its journal says that something has removed it", async () => {
  await using test = await openMemoryStore();
  using ended = await endedRun(test.directory);
  await Deno.remove(`${test.directory}/state/runs`, { recursive: true });

  await assert.rejects(
    publishRun(ended.run, ended.services(test.store)),
    (error: unknown) => error instanceof OutsideError && error.code === "journal_missing",
  );
});

Deno.test("publishRun() of a journal that has not ended is a bug", async () => {
  await using test = await openMemoryStore();
  using ended = await endedRun(test.directory, 3);

  await assert.rejects(publishRun(ended.run, ended.services(test.store)), TypeError);
});

for (const lateReply of [false, true]) {
  const how = lateReply ? "loses the reply of" : "is killed after";
  Deno.test(`a publishRun() that ${how} any storage call gives the same record the next time`, async () => {
    await using reference = await openMemoryStore();
    using whole = await endedRun(reference.directory);
    const expected = await publishRun(whole.run, whole.services(reference.store));
    // What the kept journal names as read and made is not in this store; all else must be.
    const foreign = new Set((await findingsOf(reference.store)).map(({ key }) => key));
    const ownFindings = async (store: Store) =>
      (await findingsOf(store)).filter(({ key }) => !foreign.has(key));
    let cuts = 0;
    for (let last = 0;; last++) {
      await using test = await openMemoryStore();
      using ended = await endedRun(test.directory);
      const store = await test.reopen((storage) => new CutStorage(storage, last, lateReply)).catch(() =>
        undefined
      );
      const failure = store === undefined
        ? "not opened"
        : await publishRun(ended.run, ended.services(store)).then(() => undefined, (error) => error);

      assert.deepEqual(await ownFindings(await test.reopen()), [], `after call ${last}`);
      assert.deepEqual(await publishRun(ended.run, ended.services(await test.reopen())), expected);
      assert.deepEqual(await publishRun(ended.run, ended.services(await test.reopen())), expected);
      assert.deepEqual(await ownFindings(await test.reopen()), []);
      if (failure === undefined) break;
      cuts++;
    }
    assert.ok(cuts >= 5, `only ${cuts} calls`);
  });
}
