import assert from "node:assert/strict";
import { type JournalEvent, loggedFactsOf } from "./journal.ts";

Deno.test("loggedFactsOf() gives what a program said of its run, in order", () => {
  const events: JournalEvent[] = [
    { event: "started", at: 1 },
    { event: "logged", at: 2, facts: { note: "first" } },
    { event: "metrics", at: 3, points: [] },
    { event: "logged", at: 4, facts: { tags: { draft: null } } },
    { event: "ended", at: 5, state: "lost" },
  ];

  assert.deepEqual([...loggedFactsOf(events)], [{ note: "first" }, { tags: { draft: null } }]);
});
