import { JournalReader } from "../format/journal_reader.ts";
import { NOTHING_SENT, type TrackerBatch, type TrackerCursor, type TrackerEvent } from "../plugin/tracker.ts";
import type { BesideJournal } from "./beside_journal.ts";
import type { ByteSource } from "./byte_source.ts";
import { TextTape } from "./text_tape.ts";
import { TrackerEvents, valuesIn } from "./tracker_events.ts";

/** A piece of a run, and where it begins. */
export interface TapePiece {
  readonly from: TrackerCursor;
  readonly batch: TrackerBatch;
  /** Whether the run's end is in it. */
  readonly last: boolean;
}

// Most text in one piece, and most events beside metrics, which their values limit.
const MOST_TEXT_BYTES = 512 * 1024;
const MOST_EVENTS = 500;

/** What a run left, read once from its beginning to its end, in pieces for a tracker. Memory stays flat. */
export class RunTape implements AsyncDisposable {
  readonly #journal: ByteSource;
  readonly #translate: TrackerEvents;
  readonly #stdout: TextTape;
  readonly #stderr: TextTape;
  readonly #reader = new JournalReader();
  /** Read, and not given yet. */
  #events: TrackerEvent[] = [];
  #at: TrackerCursor = NOTHING_SENT;
  #skipEvents = 0;
  #over = false;

  constructor(
    bytes: { readonly journal: ByteSource; readonly stdout: ByteSource; readonly stderr: ByteSource },
    beside: BesideJournal,
  ) {
    this.#journal = bytes.journal;
    this.#stdout = new TextTape(bytes.stdout);
    this.#stderr = new TextTape(bytes.stderr);
    this.#translate = new TrackerEvents(beside);
  }

  /** Passes over what a tracker has. To be called before anything is read; what is not there yet is passed over later. */
  skipTo(cursor: TrackerCursor): void {
    this.#at = cursor;
    this.#stdout.skip(cursor.stdout);
    this.#stderr.skip(cursor.stderr);
    this.#skipEvents = cursor.events;
  }

  /** Behind what was given last. */
  get at(): TrackerCursor {
    return this.#at;
  }

  /** Whether the run's end was given, or passed over: then there is nothing more. */
  get isOver(): boolean {
    return this.#over;
  }

  /**
   * The next piece. The end of a run comes behind all its text.
   *
   * @param mostValues Most metric values in it, unless one event has more.
   * @returns `undefined` where there is nothing, for now or for good.
   * @throws {CorruptionError} `journal_invalid`.
   */
  async next(mostValues: number): Promise<TapePiece | undefined> {
    if (this.#over) return undefined;
    await this.#fill(mostValues);
    const ends = this.#events.findIndex(({ kind }) => kind === "ended");
    const [stdout, stderr] = [
      await this.#stdout.next(MOST_TEXT_BYTES, ends >= 0),
      await this.#stderr.next(MOST_TEXT_BYTES, ends >= 0),
    ];
    const whole = ends >= 0 && this.#stdout.isEmpty && this.#stderr.isEmpty;
    const events = this.#take(mostValues, whole || ends < 0 ? this.#events.length : ends);
    if (events.length === 0 && stdout.text === "" && stderr.text === "") return undefined;
    const from = this.#at;
    this.#at = {
      events: from.events + events.length,
      stdout: from.stdout + stdout.bytes,
      stderr: from.stderr + stderr.bytes,
    };
    const last = events.at(-1)?.kind === "ended";
    this.#over = last;
    return { from, batch: { events, stdout: stdout.text, stderr: stderr.text }, last };
  }

  #take(mostValues: number, most: number): TrackerEvent[] {
    let count = 0;
    const size = { values: 0, others: 0 };
    while (count < most && size.others < MOST_EVENTS) {
      add(size, this.#events[count]!);
      if (count > 0 && size.values > mostValues) break;
      count++;
    }
    return this.#events.splice(0, count);
  }

  /** Reads on until there is enough for a piece, or nothing more. */
  async #fill(mostValues: number): Promise<void> {
    const size = { values: 0, others: 0 };
    for (const event of this.#events) add(size, event);
    while (size.values < mostValues && size.others < MOST_EVENTS) {
      const bytes = await this.#journal.read();
      if (bytes.length === 0) return;
      for (const line of this.#reader.take(bytes)) {
        for (const event of await this.#translate.of(line)) {
          if (this.#skipEvents > 0) {
            this.#skipEvents--;
            this.#over ||= event.kind === "ended";
            continue;
          }
          add(size, event);
          this.#events.push(event);
        }
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#journal.close();
    await this.#stdout.close();
    await this.#stderr.close();
  }
}

function add(size: { values: number; others: number }, event: TrackerEvent): void {
  if (event.kind === "metrics") size.values += valuesIn(event);
  else size.others++;
}
