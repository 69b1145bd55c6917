import assert from "node:assert/strict";
import { MemoryTracker, MemoryTrackerService } from "../../tests/support/memory_tracker.ts";
import { sampleRunStart, sampleVersion } from "../../tests/support/sample_run.ts";
import { experimentVersionId } from "../format/experiment_version_format.ts";
import { writeJournalEvent } from "../format/journal_format.ts";
import type { JournalEvent } from "../model/journal.ts";
import { parseRunId, type RunId } from "../model/run_id.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import { TrackerError } from "../plugin/tracker.ts";
import { StreamedBytes } from "./byte_source.ts";
import { MirrorBook } from "./mirror_book.ts";
import { RunTape } from "./run_tape.ts";
import { type PastRun, sendHistory } from "./send_history.ts";

const RUNS = ["k", "l", "m", "n", "o", "p", "q", "r"].map((letter) => parseRunId(letter.repeat(16)));
const NEVER = new AbortController().signal;

/** A run that printed a line and reported a value. */
function past(run: RunId): PastRun {
  const version = sampleVersion();
  const start = { ...sampleRunStart(), run, version: experimentVersionId(version) };
  const events: JournalEvent[] = [
    { event: "created", at: 1, start, version },
    { event: "metrics", at: 2, points: [{ at: 2, values: { loss: 1 } }] },
    { event: "ended", at: 9, state: "succeeded" },
  ];
  const bytes = (text: string) =>
    new StreamedBytes(() => Promise.resolve(new Blob([text]).stream() as ReadableStream<Uint8Array>));
  return {
    run,
    openTape: () =>
      Promise.resolve(
        new RunTape({
          journal: bytes(events.map(writeJournalEvent).join("")),
          stdout: bytes("line\n"),
          stderr: bytes(""),
        }, { storage: "memory", documentOf: () => "", urlOf: () => undefined }),
      ),
  };
}

async function withBook<T>(body: (book: MirrorBook) => Promise<T>): Promise<T> {
  const directory = await Deno.makeTempDir({ prefix: "aero-history-" });
  try {
    using book = new MirrorBook(`${directory}/trackers.db`);
    return await body(book);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function named(tracker: MemoryTracker): NamedTracker {
  return { name: "board", use: "board", key: "board", tracker };
}

Deno.test("runs begin at a tracker in their order, however long each takes", () =>
  withBook(async (book) => {
    const service = new MemoryTrackerService();
    class Uneven extends MemoryTracker {
      /** The earlier a run, the more it takes. */
      async #delay(run: RunId): Promise<void> {
        for (let i = RUNS.indexOf(run); i < RUNS.length; i++) {
          await new Promise((resolve) => setTimeout(resolve));
        }
      }
      override async cursor(...args: Parameters<MemoryTracker["cursor"]>) {
        await this.#delay(args[0]);
        return await super.cursor(...args);
      }
      override async send(...args: Parameters<MemoryTracker["send"]>) {
        await this.#delay(args[0]);
        await super.send(...args);
      }
    }

    const { sent, failed, left } = await sendHistory(named(new Uneven(service)), RUNS.map(past), {
      signal: NEVER,
      book,
      onRun: () => {},
    });

    assert.deepEqual([...service.runs.keys()], RUNS);
    assert.deepEqual([[...sent].sort(), failed, left], [RUNS, [], []]);
    for (const run of RUNS) {
      const { state, text, points } = service.show(run);
      assert.deepEqual([state, text, points.loss], ["succeeded", "line\n", [{ value: 1 }]]);
    }
  }));

Deno.test("what a tracker had is told apart from what it got", () =>
  withBook(async (book) => {
    const to = named(new MemoryTracker(new MemoryTrackerService()));
    const options = { signal: NEVER, book, onRun: () => {} };
    await sendHistory(to, RUNS.slice(0, 2).map(past), options);

    const { sent, had } = await sendHistory(to, RUNS.slice(0, 3).map(past), options);

    assert.deepEqual([sent, [...had].sort()], [[RUNS[2]], RUNS.slice(0, 2)]);
  }));

Deno.test("a tracker that never answers is given up, with all runs, and asked nothing more", () =>
  withBook(async (book) => {
    const service = new MemoryTrackerService();
    service.hangs = true;
    let calls = 0;
    class Counting extends MemoryTracker {
      override cursor(...args: Parameters<MemoryTracker["cursor"]>) {
        calls++;
        return super.cursor(...args);
      }
    }

    const { sent, left, away } = await sendHistory(named(new Counting(service)), RUNS.map(past), {
      signal: NEVER,
      book,
      onRun: () => {},
      firstAnswerMs: 20,
    });

    assert.deepEqual([sent, [...left].sort()], [[], RUNS]);
    assert.ok(away instanceof TrackerError && away.code === "tracker_unavailable");
    assert.match(String(away.report.why), /does not answer/);
    assert.ok(calls <= 4, String(calls));
  }));

Deno.test("whoever has had enough of a tracker that never answers ends it", () =>
  withBook(async (book) => {
    const service = new MemoryTrackerService();
    service.hangs = true;
    const enough = new AbortController();

    const sending = sendHistory(named(new MemoryTracker(service)), RUNS.map(past), {
      signal: enough.signal,
      book,
      onRun: () => {},
    });
    enough.abort();

    await assert.rejects(sending, { name: "AbortError" });
  }));
