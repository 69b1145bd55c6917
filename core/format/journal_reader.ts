import type { JournalEvent } from "../model/journal.ts";
import { invalidDocument } from "./document.ts";
import { JOURNAL_KIND, readJournalEvent } from "./journal_format.ts";

/** Reads a journal whose bytes come one piece after another; holds no more than the line that has no end yet. */
export class JournalReader {
  // A byte order mark is kept, so that the line that begins with it is refused.
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #rest: string[] = [];
  #line = 0;

  /**
   * The events of the lines that end in these bytes, each read when it is asked for. All of them are to be asked for
   * before more bytes are given.
   *
   * @throws {CorruptionError} `journal_invalid` with the line; {UserError} `journal_newer`.
   */
  *take(bytes: Uint8Array): Generator<JournalEvent> {
    const text = this.#decode(bytes);
    let start = 0;
    for (let end; (end = text.indexOf("\n", start)) >= 0; start = end + 1) {
      const line = this.#rest.join("") + text.slice(start, end);
      this.#rest = [];
      yield readJournalEvent(line, ++this.#line);
    }
    if (start < text.length) this.#rest.push(text.slice(start));
  }

  #decode(bytes: Uint8Array): string {
    try {
      return this.#decoder.decode(bytes, { stream: true });
    } catch (cause) {
      throw invalidDocument(JOURNAL_KIND, `it is not UTF-8 behind line ${this.#line}`, { cause });
    }
  }
}
