import { ConnectionLost, HttpFault } from "./http_fault.ts";

/** What a reader needs of a connection. */
export interface ReadableConnection {
  /** @returns How many bytes were read, at least 1; `null` at the end. */
  read(into: Uint8Array): Promise<number | null>;
}

const FIRST_BYTES = 16 * 1024;
/** First byte of a client that greets over TLS: "handshake", RFC 8446, 5.1. */
const TLS_HANDSHAKE = 0x16;

/** The bytes of a connection, in order, through one small buffer. One call at a time. */
export class ConnectionReader {
  #connection: ReadableConnection;
  #buffer = new Uint8Array(0);
  #start = 0;
  #end = 0;

  constructor(connection: ReadableConnection) {
    this.#connection = connection;
  }

  /** Whether bytes lie ready that were not asked for yet. */
  get buffered(): boolean {
    return this.#end > this.#start;
  }

  /**
   * The bytes up to an empty line, which is taken too; `undefined` if the connection ended before the first of them.
   *
   * @param begun Called when the first byte is there.
   * @throws {HttpFault} 431 past `maxBytes`; 400 as soon as the first byte is none of a request.
   * @throws {ConnectionLost} If the connection ended in the middle.
   */
  async readHead(maxBytes: number, begun?: () => void): Promise<Uint8Array | undefined> {
    if (this.#buffer.length === 0) this.#buffer = new Uint8Array(FIRST_BYTES);
    // Empty lines before a request are passed over: RFC 9112, 2.2.
    let searched = 0;
    let told = false;
    for (;;) {
      if (searched === 0) {
        while (this.#end - this.#start >= 2 && this.#isBreak(this.#start)) this.#start += 2;
      }
      if (!told && this.buffered) {
        told = true;
        begun?.();
        // Who speaks TLS, or anything else, waits for an answer and would send no empty line.
        const first = this.#buffer[this.#start]!;
        if (first === TLS_HANDSHAKE) throw new HttpFault(400, "TLS where plain HTTP is spoken");
        if (first !== 0x0d && (first <= 0x20 || first >= 0x7f)) throw new HttpFault(400, "not HTTP");
      }
      const length = this.#findEmptyLine(searched);
      if (length !== undefined) {
        if (length > maxBytes) throw new HttpFault(431, "head too large");
        const head = this.#buffer.subarray(this.#start, this.#start + length);
        this.#start += length + 4;
        return head;
      }
      searched = Math.max(0, this.#end - this.#start - 3);
      if (this.#end - this.#start > maxBytes) throw new HttpFault(431, "head too large");
      if (!await this.#fill()) {
        if (!this.buffered) return undefined;
        throw new ConnectionLost("the connection ended in a head");
      }
    }
  }

  /**
   * One line, without its CRLF.
   *
   * @throws {HttpFault} 400 past `maxBytes`.
   */
  async readLine(maxBytes: number): Promise<Uint8Array> {
    for (let searched = 0;;) {
      const at = this.#buffer.subarray(0, this.#end).indexOf(0x0a, this.#start + searched);
      if (at >= 0) {
        if (at === this.#start || !this.#isBreak(at - 1)) throw new HttpFault(400, "malformed line end");
        const line = this.#buffer.subarray(this.#start, at - 1);
        this.#start = at + 1;
        return line;
      }
      searched = this.#end - this.#start;
      if (searched > maxBytes) throw new HttpFault(400, "line too long");
      if (!await this.#fill()) throw new ConnectionLost("the connection ended in a body");
    }
  }

  /**
   * Up to `maxBytes` bytes, at least one; they hold until the next call.
   *
   * @param buffer What is not ready is read into it; absent, into the reader's own, which is smaller.
   */
  async readSome(maxBytes: number, buffer: Uint8Array | undefined): Promise<Uint8Array> {
    const ready = this.takeBuffered(maxBytes);
    if (ready !== undefined) return ready;
    if (buffer === undefined) {
      if (!await this.#fill()) throw new ConnectionLost("the connection ended in a body");
      return this.takeBuffered(maxBytes)!;
    }
    const into = maxBytes < buffer.length ? buffer.subarray(0, maxBytes) : buffer;
    const count = await this.#connection.read(into);
    if (count === null) throw new ConnectionLost("the connection ended in a body");
    return into.subarray(0, count);
  }

  /** Up to `maxBytes` of what lies ready; `undefined` if nothing does. The bytes hold until the next call. */
  takeBuffered(maxBytes: number): Uint8Array | undefined {
    if (!this.buffered) return undefined;
    const end = Math.min(this.#end, this.#start + maxBytes);
    const bytes = this.#buffer.subarray(this.#start, end);
    this.#start = end;
    return bytes;
  }

  #isBreak(at: number): boolean {
    return this.#buffer[at] === 0x0d && this.#buffer[at + 1] === 0x0a;
  }

  #findEmptyLine(from: number): number | undefined {
    const filled = this.#buffer.subarray(0, this.#end);
    for (let at = this.#start + from; (at = filled.indexOf(0x0d, at)) >= 0 && at + 3 < this.#end; at++) {
      if (this.#isBreak(at) && this.#isBreak(at + 2)) return at - this.#start;
    }
    return undefined;
  }

  async #fill(): Promise<boolean> {
    if (this.#start === this.#end) this.#start = this.#end = 0;
    if (this.#buffer.length === 0) this.#buffer = new Uint8Array(FIRST_BYTES);
    if (this.#end === this.#buffer.length) {
      if (this.#start > 0) {
        this.#buffer.copyWithin(0, this.#start, this.#end);
        this.#end -= this.#start;
        this.#start = 0;
      } else {
        const larger = new Uint8Array(this.#buffer.length * 2);
        larger.set(this.#buffer);
        this.#buffer = larger;
      }
    }
    const count = await this.#connection.read(this.#buffer.subarray(this.#end));
    if (count === null) return false;
    this.#end += count;
    return true;
  }
}
