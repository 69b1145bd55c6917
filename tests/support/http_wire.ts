const LINE_END = "\r\n";
const HEAD_END = "\r\n\r\n";
const PIECE_BYTES = 64 * 1024;

/** A request's or reply's head as it stood on the wire, and what of it matters for where its body ends. */
export interface WireHead {
  readonly bytes: Uint8Array;
  /** The first line, by its words. */
  readonly words: readonly string[];
  /** By lower-case name; the last of each. */
  readonly headers: ReadonlyMap<string, string>;
}

/** Reads one direction of a connection, head by head and piece by piece. */
export class WireReader {
  #held: Uint8Array<ArrayBufferLike> = new Uint8Array(0);
  readonly #connection: Deno.Conn;

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** The next head; `undefined` if the peer has ended the connection. */
  async head(): Promise<WireHead | undefined> {
    let end: number;
    while ((end = find(this.#held, HEAD_END)) < 0) if (!await this.#more()) return undefined;
    const bytes = this.#take(end + HEAD_END.length);
    const [first = "", ...rest] = new TextDecoder("latin1").decode(bytes).split(LINE_END);
    const headers = rest.filter((line) => line !== "").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    });
    return { bytes, words: first.split(" "), headers: new Map(headers) };
  }

  /** The body that follows a head: its bytes on the wire, and of each piece whether it is framing. */
  async *body(
    length: number | "chunked" | "to the end",
  ): AsyncGenerator<{ bytes: Uint8Array; framing: boolean }> {
    if (length === "to the end") length = Infinity;
    if (length !== "chunked") {
      for await (const bytes of this.#pieces(length)) yield { bytes, framing: false };
      return;
    }
    for (let size = 1; size > 0;) {
      const line = await this.#line();
      if (line === undefined) return;
      size = Number.parseInt(new TextDecoder().decode(line), 16);
      yield { bytes: line, framing: true };
      for await (const bytes of this.#pieces(size)) yield { bytes, framing: false };
      if (size > 0) yield { bytes: await this.#line() ?? new Uint8Array(0), framing: true };
    }
    for (let line; (line = await this.#line()) !== undefined;) {
      yield { bytes: line, framing: true };
      if (line.length === LINE_END.length) return;
    }
  }

  async *#pieces(length: number): AsyncGenerator<Uint8Array> {
    while (length > 0) {
      if (this.#held.length === 0 && !await this.#more()) return;
      const bytes = this.#take(Math.min(length, this.#held.length, PIECE_BYTES));
      length -= bytes.length;
      yield bytes;
    }
  }

  async #line(): Promise<Uint8Array | undefined> {
    let end: number;
    while ((end = find(this.#held, LINE_END)) < 0) if (!await this.#more()) return undefined;
    return this.#take(end + LINE_END.length);
  }

  #take(count: number): Uint8Array {
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }

  async #more(): Promise<boolean> {
    const buffer = new Uint8Array(PIECE_BYTES);
    const count = await this.#connection.read(buffer);
    if (count === null) return false;
    const joined = new Uint8Array(this.#held.length + count);
    joined.set(this.#held);
    joined.set(buffer.subarray(0, count), this.#held.length);
    this.#held = joined;
    return true;
  }
}

/** How long the body is that follows a request's head (RFC 9112, section 6.3). */
export function requestLength(head: WireHead): number | "chunked" {
  if (head.headers.get("transfer-encoding")?.toLowerCase() === "chunked") return "chunked";
  return Number(head.headers.get("content-length") ?? 0);
}

/** The same for the reply to a method. */
export function replyLength(head: WireHead, method: string): number | "chunked" | "to the end" {
  const status = Number(head.words[1]);
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) return 0;
  if (head.headers.get("transfer-encoding")?.toLowerCase() === "chunked") return "chunked";
  const length = head.headers.get("content-length");
  return length === undefined ? "to the end" : Number(length);
}

/** Writes all of it. */
export async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await connection.write(bytes.subarray(done));
}

function find(bytes: Uint8Array, text: string): number {
  const first = text.charCodeAt(0);
  for (let i = bytes.indexOf(first); i >= 0; i = bytes.indexOf(first, i + 1)) {
    if ([...text].every((letter, k) => bytes[i + k] === letter.charCodeAt(0))) return i;
  }
  return -1;
}
