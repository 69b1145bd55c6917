import type { RawReply, SignedRequest } from "./http_handler.ts";
import { type ReplyHead, ReplyReader } from "./reply_reader.ts";

const BUFFER_BYTES = 256 * 1024;

/** How {@link DirectSender.send} goes about it. */
export interface DirectOptions {
  /** Ends the request; also while the body of its reply is read. */
  readonly signal: AbortSignal;
  /** Whether chunks of the reply's body may be memory that is used again; else it is taken in whole. */
  readonly lendsChunks: boolean;
}

/**
 * Sends requests with large bodies, and such as get large replies, over plain HTTP, on connections that are kept.
 *
 * `fetch` copies bodies, and the copies lie about as garbage: of four bodies of 8 MiB at once some 190 MB, where these take none.
 * Not for TLS, nor through proxies, which it does not know.
 */
export class DirectSender {
  readonly #idle: Connection[] = [];
  #isClosed = false;

  /**
   * Whether it is for this request. It may be sent twice: a kept connection may be gone, which only sending tells.
   *
   * @param lendsChunks Whether a large reply is awaited.
   */
  static takes({ protocol, query, body, method }: SignedRequest, lendsChunks: boolean): boolean {
    if (protocol !== "http:") return false;
    if (method === "GET") return lendsChunks;
    return query !== undefined && "partNumber" in query && body instanceof Uint8Array;
  }

  /**
   * Sends one request.
   *
   * @param path With the query.
   * @throws An error of the network; the signal's reason after an abort.
   */
  async send(request: SignedRequest, path: string, options: DirectOptions): Promise<RawReply> {
    const { hostname, port = 80 } = request;
    const place = { hostname: hostname.replace(/^\[|\]$/g, ""), port };
    for (;;) {
      options.signal.throwIfAborted();
      const kept = this.#kept(place);
      const connection = kept ?? await open(place, options.signal);
      const end = () => connection.close();
      options.signal.addEventListener("abort", end, { once: true });
      const over = (isSound: boolean) => {
        options.signal.removeEventListener("abort", end);
        if (isSound && !this.#isClosed && connection.canGoOn) this.#idle.push(connection);
        else connection.close();
      };
      try {
        const head = await connection.exchange(headOf(request, path), request.body as Uint8Array | undefined);
        const body = options.lendsChunks && head.status < 300
          ? lentBody(connection, over)
          : await wholeBody(connection, over);
        return { statusCode: head.status, headers: { ...head.headers }, body };
      } catch (error) {
        over(false);
        options.signal.throwIfAborted();
        if (kept === undefined || connection.hasAnswered) throw error;
      }
    }
  }

  /** Lets go of connections; those at work as soon as they are done. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  #kept({ hostname, port }: Place): Connection | undefined {
    // The last one used is the likeliest to be there still.
    const at = this.#idle.findLastIndex(({ place }) => place.hostname === hostname && place.port === port);
    return at < 0 ? undefined : this.#idle.splice(at, 1)[0];
  }
}

interface Place {
  readonly hostname: string;
  readonly port: number;
}

async function open(place: Place, signal: AbortSignal): Promise<Connection> {
  try {
    const socket = await Deno.connect({ ...place, signal });
    // The last piece of a body would wait for the service's leave.
    socket.setNoDelay(true);
    return new Connection(place, socket);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/** A connection to a service; one request at a time. */
class Connection {
  readonly place: Place;
  readonly #socket: Deno.TcpConn;
  readonly #reader: ReplyReader;
  #isOpen = true;
  #isSent = false;
  #hasAnswered = false;

  constructor(place: Place, socket: Deno.TcpConn) {
    this.place = place;
    this.#socket = socket;
    this.#reader = new ReplyReader(socket, new Uint8Array(BUFFER_BYTES));
  }

  /** Whether anything of a reply to the last request has come. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** Whether another request may be sent. */
  get canGoOn(): boolean {
    return this.#isOpen && this.#isSent && this.#reader.canGoOn;
  }

  /** Sends a request, and reads the head of its reply, which may come before all is sent: a refusal does. */
  async exchange(head: Uint8Array, body: Uint8Array | undefined): Promise<ReplyHead> {
    this.#isSent = this.#hasAnswered = false;
    const sent = this.#send(head, body);
    // A service that refuses may end the connection for writing, and still have said why.
    const failure = sent.then(() => undefined, (error) => ({ error }));
    try {
      const reply = await this.#reader.head();
      this.#hasAnswered = true;
      return reply;
    } catch (error) {
      this.close();
      throw (await failure)?.error ?? error;
    }
  }

  /** As {@link ReplyReader.body}. */
  body(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#reader.body();
  }

  async #send(head: Uint8Array, body: Uint8Array | undefined): Promise<void> {
    await this.#write(head);
    if (body !== undefined) await this.#write(body);
    this.#isSent = true;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#socket.write(bytes.subarray(at));
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#socket.close();
  }
}

function headOf({ method, headers, body }: SignedRequest, path: string): Uint8Array {
  // What is asked to be waited for is not: a refusal is read in any case.
  const { expect: _expect, "content-length": _length, ...rest } = headers;
  const all = {
    ...rest,
    // What is stored compressed must come as it is stored.
    "accept-encoding": "identity",
    ...(body instanceof Uint8Array ? { "content-length": `${body.length}` } : {}),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return new TextEncoder().encode(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
}

function lentBody(connection: Connection, over: (isSound: boolean) => void): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const bytes = await connection.body();
        if (bytes !== undefined) return controller.enqueue(bytes);
      } catch (error) {
        over(false);
        throw error;
      }
      over(true);
      controller.close();
    },
    cancel: () => over(false),
  }, { highWaterMark: 0 });
}

async function wholeBody(
  connection: Connection,
  over: (isSound: boolean) => void,
): Promise<ReadableStream<Uint8Array>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (let bytes; (bytes = await connection.body()) !== undefined;) pieces.push(bytes.slice());
  over(true);
  return new Blob(pieces).stream();
}
