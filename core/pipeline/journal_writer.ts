import { writeJournalEvent } from "../format/journal_format.ts";
import type { JournalEvent } from "../model/journal.ts";

/** Longest time that an event may stay in memory of the operating system only, in milliseconds. */
const SYNC_INTERVAL_MS = 1000;

/**
 * Appends events to a run's journal.
 *
 * Each event is in the file when `append` returns, and on the disk at once when it changes the run's state, else
 * within a second: a killed aero loses nothing, a lost machine at most a second of metrics.
 */
export class JournalWriter implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #encoder = new TextEncoder();
  readonly #timer: ReturnType<typeof setInterval>;
  #unsynced = false;

  /** Opens the journal at `path`, which may have events already. */
  constructor(path: string) {
    this.#file = Deno.openSync(path, { create: true, append: true, mode: 0o644 });
    this.#timer = setInterval(() => this.#sync(), SYNC_INTERVAL_MS);
    Deno.unrefTimer(Number(this.#timer));
  }

  /** Adds one event. */
  append(event: JournalEvent): void {
    let bytes = this.#encoder.encode(writeJournalEvent(event));
    while (bytes.length > 0) bytes = bytes.subarray(this.#file.writeSync(bytes));
    this.#unsynced = true;
    if (event.event !== "metrics") this.#sync();
  }

  #sync(): void {
    if (!this.#unsynced) return;
    this.#file.syncDataSync();
    this.#unsynced = false;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#sync();
    this.#file.close();
  }
}
