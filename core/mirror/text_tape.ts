import type { ByteSource } from "./byte_source.ts";

/**
 * What a program printed, in pieces of whole characters, and of whole lines while it goes on.
 *
 * Bytes that are not UTF-8 become U+FFFD, and places are counted in what comes out, so that they mean the same to
 * everybody who reads from the beginning.
 */
export class TextTape {
  readonly #source: ByteSource;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #encoder = new TextEncoder();
  #held = "";
  #skip = 0;
  #drained = false;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Passes over the first bytes. */
  skip(bytes: number): void {
    this.#skip = bytes;
  }

  /** Whether all was given, as of the last look behind the end of the program. */
  get isEmpty(): boolean {
    return this.#drained && this.#held === "";
  }

  /**
   * The next piece; empty where there is none yet.
   *
   * @param most Most bytes, about.
   * @param over Whether no more will come: then a last line without its end is given too.
   */
  async next(most: number, over: boolean): Promise<{ readonly text: string; readonly bytes: number }> {
    while (this.#held.length < most && !this.#drained) {
      const bytes = await this.#source.read();
      if (bytes.length > 0) this.#hold(this.#decoder.decode(bytes, { stream: true }));
      else if (!over) break;
      else {
        this.#hold(this.#decoder.decode());
        this.#drained = true;
      }
    }
    const text = this.#held.slice(0, this.#cut(most, over));
    this.#held = this.#held.slice(text.length);
    return { text, bytes: this.#encoder.encode(text).length };
  }

  /** Where to cut what is held: behind a line if there is one, never within a character. */
  #cut(most: number, over: boolean): number {
    if (over && this.#held.length <= most) return this.#held.length;
    const line = this.#held.lastIndexOf("\n", most - 1) + 1;
    if (line > 0) return line;
    if (this.#held.length < most) return 0;
    const code = this.#held.charCodeAt(most - 1);
    return code >= 0xd800 && code <= 0xdbff ? most - 1 : most;
  }

  #hold(text: string): void {
    if (this.#skip === 0) {
      this.#held += text;
      return;
    }
    const bytes = this.#encoder.encode(text);
    const passed = Math.min(this.#skip, bytes.length);
    this.#skip -= passed;
    this.#held += new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(passed));
  }

  /** Reads no more. */
  async close(): Promise<void> {
    await this.#source.close();
  }
}
