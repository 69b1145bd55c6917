import assert from "node:assert/strict";
import { AeroError } from "../errors.ts";
import type { JournalEvent } from "../model/journal.ts";
import { writeJournalEvent } from "./journal_format.ts";
import { JournalReader } from "./journal_reader.ts";

const EVENTS: readonly JournalEvent[] = [
  { event: "started", at: 5 },
  { event: "metrics", at: 6, points: [{ at: 6, step: 1, values: { "ä loss": NaN } }] },
  { event: "ended", at: 7, state: "failed", reason: "é" },
];
const BYTES = new TextEncoder().encode(EVENTS.map(writeJournalEvent).join(""));

for (const size of [1, 7, 64, BYTES.length]) {
  Deno.test(`a journal is read as it was written in pieces of ${size} bytes`, () => {
    const reader = new JournalReader();
    const events: JournalEvent[] = [];

    for (let at = 0; at < BYTES.length; at += size) {
      events.push(...reader.take(BYTES.subarray(at, at + size)));
    }

    assert.deepEqual(events, EVENTS);
  });
}

Deno.test("a line without its end is not an event yet", () => {
  const reader = new JournalReader();

  assert.equal([...reader.take(BYTES.subarray(0, -1))].length, EVENTS.length - 1);
  assert.deepEqual([...reader.take(BYTES.subarray(-1))], EVENTS.slice(-1));
});

Deno.test("a damaged line is told with its number, whichever piece it came in", () => {
  const reader = new JournalReader();
  assert.equal([...reader.take(BYTES)].length, 3);

  assert.throws(
    () => [...reader.take(new TextEncoder().encode("{}\n"))],
    (error) => error instanceof AeroError && error.code === "journal_invalid" && /line 4/.test(error.message),
  );
});

Deno.test("bytes that are not UTF-8 damage a journal, and so does a byte order mark", () => {
  for (const bytes of [Uint8Array.of(0xff, 10), Uint8Array.of(0xef, 0xbb, 0xbf, ...BYTES)]) {
    assert.throws(() => [...new JournalReader().take(bytes)], { code: "journal_invalid" });
  }
});
