import assert from "node:assert/strict";
import { AeroError } from "../errors.ts";
import { writeJournalEvent } from "../format/journal_format.ts";
import type { JournalEvent } from "../model/journal.ts";
import type { LoggedFacts } from "../model/logged.ts";
import { sampleRunStart, sampleVersion } from "../../tests/support/sample_run.ts";
import { StreamedBytes } from "./byte_source.ts";
import { RunTape, type TapePiece } from "./run_tape.ts";

const BESIDE = {
  storage: "memory",
  documentOf: () => "{}",
  urlOf: () => undefined,
};

const CREATED: JournalEvent = {
  event: "created",
  at: 1,
  start: sampleRunStart(),
  version: sampleVersion(),
};

function points(values: readonly number[], from = 0): JournalEvent {
  return {
    event: "metrics",
    at: 2,
    points: values.map((value, i) => ({ at: 2, step: from + i, values: { loss: value } })),
  };
}

const ENDED: JournalEvent = { event: "ended", at: 9, state: "succeeded" };

function bytesOf(text: string | Uint8Array<ArrayBuffer>, chunk = 7): StreamedBytes {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  let at = 0;
  return new StreamedBytes(() =>
    Promise.resolve(
      new ReadableStream<Uint8Array>({
        pull(controller) {
          if (at >= bytes.length) return controller.close();
          controller.enqueue(bytes.subarray(at, at += chunk));
        },
      }),
    )
  );
}

function tapeOf(
  events: readonly JournalEvent[],
  stdout: string | Uint8Array<ArrayBuffer> = "",
  stderr = "",
): RunTape {
  const journal = bytesOf(events.map(writeJournalEvent).join(""), 1000);
  return new RunTape({ journal, stdout: bytesOf(stdout), stderr: bytesOf(stderr) }, BESIDE);
}

async function all(tape: RunTape, mostValues = 1000): Promise<TapePiece[]> {
  const pieces: TapePiece[] = [];
  for (let piece; (piece = await tape.next(mostValues)) !== undefined;) pieces.push(piece);
  await tape[Symbol.asyncDispose]();
  return pieces;
}

const valuesOf = (pieces: readonly TapePiece[]) =>
  pieces.flatMap(({ batch }) => batch.events).flatMap((event) =>
    event.kind === "metrics" ? event.points.map(({ values }) => values.loss) : []
  );

Deno.test("a run comes in pieces that follow each other, its end last and behind all text", async () => {
  const values = Array.from({ length: 2500 }, (_, i) => i);
  const tape = tapeOf([CREATED, { event: "started", at: 1 }, points(values), ENDED], "one\ntwo");

  const pieces = await all(tape);

  assert.deepEqual(valuesOf(pieces), values);
  let [events, stdout] = [0, 0];
  for (const { from, batch } of pieces) {
    assert.deepEqual([from.events, from.stdout], [events, stdout]);
    events += batch.events.length;
    stdout += batch.stdout.length;
  }
  assert.equal(pieces.map(({ batch }) => batch.stdout).join(""), "one\ntwo");
  assert.deepEqual(pieces.map(({ last }) => last), [...pieces.slice(1).map(() => false), true]);
  assert.equal(tape.isOver, true);
});

Deno.test("lines of few values come together, as many as a tracker takes", async () => {
  const lines = Array.from({ length: 1200 }, (_, i) => points([i], i));

  const pieces = await all(tapeOf([CREATED, ...lines, ENDED]));

  assert.deepEqual(valuesOf(pieces), lines.map((_, i) => i));
  const counts = pieces.map(({ batch }) => batch.events.filter(({ kind }) => kind === "metrics").length);
  assert.deepEqual(counts, [1000, 200]);
});

Deno.test("what a tracker has is passed over, events and text", async () => {
  const events = [CREATED, points([1, 2]), points([3], 2), ENDED];
  const tape = tapeOf(events, "µµ\nthree\n");
  tape.skipTo({ events: 2, stdout: 5, stderr: 0 });

  const pieces = await all(tape);

  assert.deepEqual(valuesOf(pieces), [3]);
  assert.equal(pieces.map(({ batch }) => batch.stdout).join(""), "three\n");
  assert.deepEqual(pieces[0]!.from, { events: 2, stdout: 5, stderr: 0 });
});

Deno.test("what a program logged before the cursor counts for what it logs behind it", async () => {
  const logged = (facts: LoggedFacts): JournalEvent => ({ event: "logged", at: 2, facts });
  const journal = [
    CREATED,
    logged({ params: { max_depth: 6 }, tags: { owner: "mira" } }),
    logged({ params: { max_depth: 5 }, tags: { owner: "kai", baseline: null } }),
    ENDED,
  ];
  const whole = tapeOf(journal), rest = tapeOf(journal);
  rest.skipTo({ events: 2, stdout: 0, stderr: 0 });

  const events = (await all(whole)).flatMap(({ batch }) => batch.events);
  const behind = (await all(rest)).flatMap(({ batch }) => batch.events);

  assert.deepEqual(events.slice(1, 3), [
    {
      kind: "logged",
      at: 2,
      facts: { params: { "logged.max_depth": 6 }, tags: { owner: "mira" } },
      tagsBefore: {},
    },
    {
      kind: "logged",
      at: 2,
      facts: { params: { "logged.max_depth": 5 }, tags: { owner: "kai" } },
      tagsBefore: { owner: "mira" },
    },
  ]);
  assert.deepEqual(behind, events.slice(2));
});

Deno.test("a tape of which a tracker has all is over", async () => {
  const tape = tapeOf([CREATED, ENDED]);
  tape.skipTo({ events: 2, stdout: 0, stderr: 0 });

  assert.deepEqual(await all(tape), []);
  assert.equal(tape.isOver, true);
});

Deno.test("a line without its end waits, and characters are never divided", async () => {
  const journal = bytesOf([CREATED].map(writeJournalEvent).join(""), 1000);
  const tape = new RunTape({ journal, stdout: bytesOf("one\nhalf µ", 1), stderr: bytesOf("") }, BESIDE);

  const [first, second] = [await tape.next(1000), await tape.next(1000)];

  assert.equal(first!.batch.stdout, "one\n");
  assert.equal(second, undefined);
  await tape[Symbol.asyncDispose]();
});

Deno.test("bytes that are no text become marks, and places are counted in what comes out", async () => {
  const raw = new Uint8Array([0x61, 0xff, 0x0a, 0x62, 0x0a]);
  const whole = await all(tapeOf([CREATED, ENDED], raw));
  const tape = tapeOf([CREATED, ENDED], raw);
  tape.skipTo({ events: 1, stdout: 5, stderr: 0 });

  const rest = await all(tape);

  assert.equal(whole.map(({ batch }) => batch.stdout).join(""), "a\ufffd\nb\n");
  assert.equal(rest.map(({ batch }) => batch.stdout).join(""), "b\n");
});

Deno.test("one point of very many values is divided", async () => {
  const values = Object.fromEntries(Array.from({ length: 2100 }, (_, i) => [`m${i}`, i]));
  const pieces = await all(
    tapeOf([CREATED, { event: "metrics", at: 2, points: [{ at: 2, values }] }, ENDED]),
  );

  const events = pieces.flatMap(({ batch }) => batch.events).filter(({ kind }) => kind === "metrics");
  assert.equal(events.length, 3);
});

Deno.test("a journal that is damaged is told with its line", async () => {
  const journal = bytesOf(`${writeJournalEvent(CREATED)}{"event":"ended"}\n`, 1000);
  await using tape = new RunTape({ journal, stdout: bytesOf(""), stderr: bytesOf("") }, BESIDE);

  await assert.rejects(
    tape.next(1000),
    (error) => error instanceof AeroError && /line 2/.test(error.message),
  );
});
