import { writeJournalEvent } from "../format/journal_format.ts";
import type { JournalEvent } from "../model/journal.ts";

/** Longest time that an event may stay in memory of the operating system only, in milliseconds. */
const SYNC_INTERVAL_MS = 1000;

/**
 * Appends events to a run's journal.
 *
 * Each event is in the file when `append` returns, and on the disk at once when it changes the run's state, else
 * within a second: a killed aero loses nothing, a lost machine at most a second of what the program reported.
 */
export class JournalWriter implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #encoder = new TextEncoder();
  readonly #timer: ReturnType<typeof setInterval>;
  #size: number;
  #unsynced = false;
  #syncFailure: unknown;

  /** Opens the journal at `path`, which may have whole events already. */
  constructor(path: string) {
    this.#file = Deno.openSync(path, { create: true, append: true, mode: 0o644 });
    this.#size = this.#file.statSync().size;
    this.#timer = setInterval(() => this.#syncInTime(), SYNC_INTERVAL_MS);
    Deno.unrefTimer(Number(this.#timer));
  }

  /** Adds one event, or throws and leaves the journal as it was. */
  append(event: JournalEvent): void {
    const bytes = this.#encoder.encode(writeJournalEvent(event));
    try {
      for (let rest = bytes; rest.length > 0;) rest = rest.subarray(this.#file.writeSync(rest));
    } catch (error) {
      // Half an event, as a full disk leaves it, would spoil the next one too.
      this.#file.truncateSync(this.#size);
      throw error;
    }
    this.#size += bytes.length;
    this.#unsynced = true;
    if (event.event !== "metrics" && event.event !== "logged") this.#sync();
  }

  #syncInTime(): void {
    try {
      this.#sync();
    } catch (error) {
      // The system tells of a write that failed only once; the next change of state must not pass it over.
      this.#syncFailure = error;
    }
  }

  #sync(): void {
    if (this.#syncFailure !== undefined) {
      const failure = this.#syncFailure;
      this.#syncFailure = undefined;
      throw failure;
    }
    if (!this.#unsynced) return;
    this.#file.syncDataSync();
    this.#unsynced = false;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    try {
      this.#sync();
    } finally {
      this.#file.close();
    }
  }
}
