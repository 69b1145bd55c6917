import assert from "node:assert/strict";
import { textRedactor } from "../config/redact.ts";
import { writeJournalEvent } from "../format/journal_format.ts";
import type { JournalEvent } from "../model/journal.ts";
import type { JsonValue } from "../model/json.ts";
import { JournalSink } from "./program_log.ts";

/** A journal that can refuse events, and what was warned of. */
function open() {
  const events: JournalEvent[] = [];
  const warnings: string[] = [];
  const disk = { full: false };
  const journal = {
    append(event: JournalEvent) {
      writeJournalEvent(event);
      if (disk.full) throw Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
      events.push(event);
    },
  };
  const redact = textRedactor({ TOKEN: "hunter2-hunter2" });
  const sink = new JournalSink(journal, redact, { now: () => 7, warn: (text) => warnings.push(text) });
  return { sink, events, warnings, disk };
}

Deno.test("what is said is journalled in the order in which it was said", () => {
  const { sink, events } = open();

  sink.metrics([{ at: 1, step: 0, values: { loss: 2 } }, { at: 2, step: 1, values: { loss: 1 } }]);
  sink.logged({ params: { depth: 5 } });
  sink.metrics([{ at: 3, values: { r2: NaN } }]);

  assert.deepEqual(events, [
    {
      event: "metrics",
      at: 7,
      points: [{ at: 1, step: 0, values: { loss: 2 } }, { at: 2, step: 1, values: { loss: 1 } }],
    },
    { event: "logged", at: 7, facts: { params: { depth: 5 } } },
    { event: "metrics", at: 7, points: [{ at: 3, values: { r2: NaN } }] },
  ]);
});

Deno.test("no secret is journalled, in names or values", () => {
  const { sink, events } = open();
  const secret = "hunter2-hunter2";

  sink.metrics([{ at: 1, values: { [`loss ${secret}`]: 1 } }]);
  sink.logged({
    params: { [secret]: { deep: [`is ${secret}`] } },
    tags: { [secret]: secret },
    note: `so ${secret}`,
    inputs: [{ name: secret, url: `s3://${secret}`, digest: secret }],
  });

  assert.ok(!JSON.stringify(events).includes(secret));
  assert.equal(JSON.stringify(events).match(/\[secret TOKEN\]/g)!.length, 9);
});

Deno.test("of where data was read from, nobody's password is journalled", () => {
  const { sink, events } = open();

  sink.logged({ inputs: [{ name: "trips", url: "postgresql://mira:pass@word@db/lab?table=trips" }] });

  assert.deepEqual(events, [{
    event: "logged",
    at: 7,
    facts: { inputs: [{ name: "trips", url: "postgresql://db/lab?table=trips" }] },
  }]);
});

Deno.test("what a full disk refuses comes once there is room, in order", () => {
  const { sink, events, disk } = open();
  disk.full = true;
  sink.metrics([{ at: 1, values: { a: 1 } }]);
  sink.logged({ note: "second" });
  disk.full = false;

  sink.metrics([{ at: 3, values: { a: 3 } }]);

  assert.deepEqual(events.map(({ event }) => event), ["metrics", "logged", "metrics"]);
});

Deno.test("what a disk refuses to the end is told by finish()", () => {
  const { sink, disk } = open();
  disk.full = true;
  sink.logged({ note: "lost" });

  assert.throws(() => sink.finish(), { code: "ENOSPC" });
});

Deno.test("what a disk refuses is held up to a bound; beyond, the run fails, also when there is room again", () => {
  const { sink, events, warnings, disk } = open();
  disk.full = true;
  const note = "n".repeat(2 ** 20);

  for (let i = 0; i < 40; i++) sink.logged({ note });
  disk.full = false;
  sink.logged({ note: "later" });

  assert.deepEqual(events, []);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /No space left on device.*the run fails/);
  assert.throws(() => sink.finish(), { code: "disk_full" });
});

Deno.test("what no journal can hold is left out while the disk is full too", () => {
  const { sink, events, warnings, disk } = open();
  let deep: JsonValue = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  disk.full = true;
  sink.logged({ note: "first" });

  sink.logged({ params: { deep } });
  sink.metrics([{ at: 1, values: { a: 1 } }]);
  disk.full = false;
  sink.finish();

  assert.deepEqual(events.map(({ event }) => event), ["logged", "metrics"]);
  assert.equal(warnings.length, 1);
});

Deno.test("what was held counts no more once it is written", () => {
  const { sink, events, disk } = open();
  const note = "n".repeat(2 ** 20);

  for (let i = 0; i < 40; i++) {
    disk.full = i % 10 !== 9;
    sink.logged({ note });
  }

  sink.finish();
  assert.equal(events.length, 40);
});

Deno.test("what no journal can hold is left out and told, and what follows comes", () => {
  const { sink, events, warnings } = open();
  let deep: JsonValue = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];

  sink.metrics([{ at: 1, values: { ["__proto__"]: 1, "\ud800": 2, good: 3 } }]);
  sink.logged({ params: { deep } });
  sink.logged({ tags: { "\ud800": "\udfff" }, params: { x: Infinity as number } });
  sink.logged({});

  assert.deepEqual(events, [
    { event: "metrics", at: 7, points: [{ at: 1, values: { good: 3 } }] },
    { event: "logged", at: 7, facts: { params: { x: "Infinity" }, tags: { "\ufffd": "\ufffd" } } },
  ]);
  assert.equal(warnings.length, 3);
});

Deno.test("the same fault is told once", () => {
  const { sink, warnings } = open();

  for (let i = 0; i < 1000; i++) sink.metrics([{ at: 1, step: NaN, values: { a: 1 } }]);
  assert.equal(warnings.length, 1);
});

Deno.test("nothing is taken when the run has ended", () => {
  const { sink, events } = open();

  sink.finish();
  sink.metrics([{ at: 1, values: { a: 1 } }]);

  assert.deepEqual(events, []);
});
