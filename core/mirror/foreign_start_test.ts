import assert from "node:assert/strict";
import { MemoryTracker, MemoryTrackerService } from "../../tests/support/memory_tracker.ts";
import { readJournalEvent, writeJournalEvent } from "../format/journal_format.ts";
import { parseRunId } from "../model/run_id.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import type { ForeignRun } from "../plugin/tracker.ts";
import { foreignStart } from "./foreign_start.ts";

const FROM: NamedTracker = {
  name: "lab",
  use: "board",
  key: "k",
  tracker: new MemoryTracker(new MemoryTrackerService(), { location: "http://board" }),
};
const PLACE = { run: parseRunId("kmzyqtwvxnoprlsu"), project: "bikes", aero: "0.1.0" };

function foreign(changes: Partial<ForeignRun> = {}): ForeignRun {
  return {
    id: "7",
    name: "",
    group: "0",
    state: "succeeded",
    startedAt: 5,
    params: {},
    tags: {},
    inputs: [],
    ...changes,
  };
}

const begun = (changes: Partial<ForeignRun> = {}) => foreignStart(FROM, foreign(changes), PLACE);

Deno.test("a run of which next to nothing is known makes a journal that can be read", () => {
  const { start, version } = begun();

  const line = writeJournalEvent({ event: "created", at: 5, start, version });

  assert.deepEqual(readJournalEvent(line.trimEnd(), 1), { event: "created", at: 5, start, version });
  assert.equal(version.code.commit, "0".repeat(40));
});

Deno.test("the group gives the stage its name, and the kind of tracker one that cannot be a name", () => {
  const stage = (group: string) => begun({ group }).start.stage;

  assert.equal(stage("old models/2024"), "old-models-2024");
  assert.equal(stage("..\u{1F6B2}.."), "board");
  assert.equal(stage(""), "board");
});

Deno.test("what no document can hold is kept as text", () => {
  const { version, start } = begun({
    params: { big: 2 ** 60, broken: "a\ud800", fine: [1, null] },
    tags: { n: 1 },
    startedAt: NaN,
    source: { commit: "r1234" },
  });

  assert.deepEqual(version.params, { big: "1152921504606847000", broken: "a\ufffd", fine: [1, null] });
  assert.deepEqual(start.tags, ["n=1"]);
  assert.equal(start.startedAt, 0);
  assert.equal(start.source.subject, "code r1234");
});

Deno.test("credentials in addresses are left out", () => {
  const { start } = begun({
    source: { remote: "https://mira:hunter2@git/x" },
    inputs: [{ name: "d", url: "mongodb://u:hunter2@host/db" }],
  });

  assert.ok(!JSON.stringify(start).includes("hunter2"));
  assert.equal(start.source.remote, "https://git/x");
});
