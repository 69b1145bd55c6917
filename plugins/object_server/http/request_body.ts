import type { ConnectionReader } from "./connection_reader.ts";
import { HttpFault } from "./http_fault.ts";
import type { Framing } from "./http_message.ts";

/** Longest chunk header or trailer field, in bytes. */
const MAX_LINE_BYTES = 4096;
/** All trailer fields of a chunked body together, in bytes. */
const MAX_TRAILER_BYTES = 16 * 1024;

/**
 * The body of one request, taken off its connection as it is asked for.
 *
 * Fields after the last chunk of a chunked body are read and dropped: S3's trailers are inside its own framing.
 */
export class RequestBody {
  readonly #reader: ConnectionReader;
  readonly #chunked: boolean;
  #left: number;
  #done: boolean;
  #begun = false;

  constructor(reader: ConnectionReader, framing: Framing) {
    this.#reader = reader;
    this.#chunked = framing.kind === "chunked";
    this.#left = framing.kind === "length" ? framing.length : 0;
    this.#done = framing.kind === "none" || (framing.kind === "length" && framing.length === 0);
  }

  /** Whether the last byte was taken, so that the next request begins here. */
  get done(): boolean {
    return this.#done;
  }

  /** Bytes that are known to come; `undefined` if chunked and not at its end. */
  get left(): number | undefined {
    return this.#done ? 0 : this.#chunked ? undefined : this.#left;
  }

  /**
   * The next bytes, at least one; `undefined` at the end.
   *
   * @param buffer What is not buffered already is read into it; absent, into a smaller one of the connection.
   * @throws {HttpFault} 400 where chunks are malformed.
   * @throws {ConnectionLost}
   */
  async read(buffer: Uint8Array | undefined): Promise<Uint8Array | undefined> {
    if (this.#done) return undefined;
    if (this.#left === 0) {
      await this.#nextChunk();
      if (this.#done) return undefined;
    }
    const bytes = await this.#reader.readSome(this.#left, buffer);
    this.#left -= bytes.length;
    if (this.#left === 0 && !this.#chunked) this.#done = true;
    return bytes;
  }

  async #nextChunk(): Promise<void> {
    if (this.#begun && (await this.#reader.readLine(MAX_LINE_BYTES)).length > 0) {
      throw new HttpFault(400, "malformed chunk end");
    }
    this.#begun = true;
    const line = String.fromCharCode(...await this.#reader.readLine(MAX_LINE_BYTES));
    // Chunk extensions are passed over: RFC 9112, 7.1.1. A quoted one could hide a line end from another parser.
    const size = /^([0-9a-fA-F]{1,12})[ \t]*(;[^\r\n"]*)?$/.exec(line)?.[1];
    if (size === undefined) throw new HttpFault(400, "malformed chunk size");
    this.#left = parseInt(size, 16);
    if (this.#left > 0) return;
    for (let bytes = 0;;) {
      const field = await this.#reader.readLine(MAX_LINE_BYTES);
      if (field.length === 0) break;
      bytes += field.length;
      if (bytes > MAX_TRAILER_BYTES) throw new HttpFault(400, "trailer too large");
    }
    this.#done = true;
  }
}
