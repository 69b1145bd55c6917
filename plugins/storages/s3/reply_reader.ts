/** What a reply says before its body. */
export interface ReplyHead {
  readonly status: number;
  /** By lower-case name; of one that came several times, all values with `, ` between. */
  readonly headers: Readonly<Record<string, string>>;
}

/** How the end of a body is known: RFC 9112, 6.3. */
type Framing =
  | { readonly kind: "length"; left: number }
  /** `left` of the chunk that has begun; `undefined` before the first. */
  | { readonly kind: "chunked"; left: number | undefined }
  | { readonly kind: "close" };

const MAX_HEAD_BYTES = 64 * 1024;
const MAX_LINE_BYTES = 4096;

/**
 * Reads replies of HTTP/1.1 off a connection, one after another, into memory that is used again: bytes of a body hold until the
 * next call.
 *
 * Each call fails with {@link Deno.errors.UnexpectedEof} if the connection ends too early, with
 * {@link Deno.errors.Http} if what comes is no HTTP.
 */
export class ReplyReader {
  readonly #connection: Pick<Deno.Conn, "read">;
  readonly #buffer: Uint8Array<ArrayBuffer>;
  // Where that begins and ends which was read and not taken yet.
  #start = 0;
  #end = 0;
  #framing: Framing = { kind: "length", left: 0 };
  #isLast = false;

  /** @param buffer At least as large as the largest head, 64 KiB. */
  constructor(connection: Pick<Deno.Conn, "read">, buffer: Uint8Array<ArrayBuffer>) {
    this.#connection = connection;
    this.#buffer = buffer;
  }

  /** Whether another request may follow: the body was read to its end, and neither side has said that it was the last. */
  get canGoOn(): boolean {
    return !this.#isLast && this.#start === this.#end &&
      this.#framing.kind === "length" && this.#framing.left === 0;
  }

  /** Reads a head, past those of interim replies. The body before it was read to its end. */
  async head(): Promise<ReplyHead> {
    for (;;) {
      const head = readHead(await this.#headText());
      if (head.status < 200) continue;
      const { headers, status } = head;
      this.#isLast = head.version === "1.0" || /\bclose\b/i.test(headers.connection ?? "");
      this.#framing = framingOf(status, headers);
      return { status, headers };
    }
  }

  /** The next bytes of the body, at least one; `undefined` at its end. */
  async body(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const framing = this.#framing;
    if (framing.kind === "close") {
      if (this.#start === this.#end && !await this.#fill()) {
        this.#isLast = true;
        this.#framing = { kind: "length", left: 0 };
        return undefined;
      }
      return this.#take(Infinity);
    }
    if (framing.kind === "chunked" && (framing.left ?? 0) === 0) {
      if (await this.#nextChunk(framing) === 0) {
        this.#framing = { kind: "length", left: 0 };
        return undefined;
      }
    }
    const left = framing.left!;
    if (left === 0) return undefined;
    if (this.#start === this.#end) await this.#mustFill();
    const bytes = this.#take(left);
    framing.left = left - bytes.length;
    return bytes;
  }

  async #headText(): Promise<string> {
    for (let searched = 0;;) {
      const end = this.#find("\r\n\r\n", searched);
      if (end !== undefined) {
        const text = latin1(this.#buffer.subarray(this.#start, end));
        this.#start = end + 4;
        return text;
      }
      searched = Math.max(0, this.#end - this.#start - 3);
      if (this.#end - this.#start > MAX_HEAD_BYTES) throw noHttp("its head has no end");
      await this.#mustFill();
    }
  }

  async #nextChunk(framing: { left: number | undefined }): Promise<number> {
    if (framing.left !== undefined && await this.#line() !== "") {
      throw noHttp("a chunk is longer than it said");
    }
    const size = /^([0-9a-f]{1,12})[ \t]*(?:;.*)?$/i.exec(await this.#line())?.[1];
    if (size === undefined) throw noHttp("a chunk does not say how long it is");
    framing.left = parseInt(size, 16);
    // Trailers say nothing that is asked for here.
    if (framing.left === 0) { while (await this.#line() !== ""); }
    return framing.left;
  }

  async #line(): Promise<string> {
    for (;;) {
      const end = this.#find("\r\n", 0);
      if (end !== undefined) {
        const text = latin1(this.#buffer.subarray(this.#start, end));
        this.#start = end + 2;
        return text;
      }
      if (this.#end - this.#start > MAX_LINE_BYTES) throw noHttp("a line has no end");
      await this.#mustFill();
    }
  }

  /** Where a text begins that comes at least `from` bytes after the start. */
  #find(text: "\r\n" | "\r\n\r\n", from: number): number | undefined {
    const filled = this.#buffer.subarray(0, this.#end);
    for (let at = this.#start + from; (at = filled.indexOf(13, at)) >= 0; at++) {
      if (at + text.length > this.#end) return undefined;
      if (filled[at + 1] === 10 && (text.length === 2 || filled[at + 2] === 13 && filled[at + 3] === 10)) {
        return at;
      }
    }
    return undefined;
  }

  #take(most: number): Uint8Array<ArrayBuffer> {
    const end = Math.min(this.#end, this.#start + most);
    const bytes = this.#buffer.subarray(this.#start, end);
    this.#start = end;
    return bytes;
  }

  async #mustFill(): Promise<void> {
    if (!await this.#fill()) {
      throw new Deno.errors.UnexpectedEof("the connection was closed in the middle of a reply");
    }
  }

  async #fill(): Promise<boolean> {
    if (this.#start === this.#end) this.#start = this.#end = 0;
    else if (this.#start > 0) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    const count = await this.#connection.read(this.#buffer.subarray(this.#end));
    if (count === null) return false;
    this.#end += count;
    return true;
  }
}

function readHead(text: string): ReplyHead & { readonly version: string } {
  const [first, ...lines] = text.split("\r\n");
  const [, version, status] = /^HTTP\/(1\.[01]) (\d{3})(?: |$)/.exec(first!) ?? [];
  if (version === undefined) throw noHttp("it does not begin as a reply does");
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon <= 0) throw noHttp("a header has no name");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value;
  }
  return { version, status: Number(status), headers };
}

function framingOf(status: number, headers: Readonly<Record<string, string>>): Framing {
  if (status === 204 || status === 304) return { kind: "length", left: 0 };
  const coding = headers["transfer-encoding"];
  if (coding !== undefined) {
    if (coding.toLowerCase() !== "chunked") {
      throw noHttp(`its transfer encoding is ${JSON.stringify(coding)}`);
    }
    return { kind: "chunked", left: undefined };
  }
  const length = headers["content-length"];
  if (length === undefined) return { kind: "close" };
  if (!/^\d{1,15}$/.test(length)) throw noHttp(`its length is ${JSON.stringify(length)}`);
  return { kind: "length", left: Number(length) };
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

function noHttp(why: string): Error {
  return new Deno.errors.Http(`invalid HTTP version or message: ${why}`);
}
