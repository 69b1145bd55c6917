import { createHash } from "node:crypto";
import { percentEncode } from "../../plugins/s3_protocol/percent_encoding.ts";
import { signRequest } from "../../plugins/s3_protocol/sign_request.ts";
import { replyLength, WireReader, writeAll } from "./http_wire.ts";

/** Where a server of objects is, and who asks. */
export interface ObjectServerAddress {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secret: string;
}

/** One request; path and query are not yet encoded. */
export interface ObjectRequest {
  readonly method: string;
  /** `/bucket/key`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** SHA-256 of the body in hex, where it is known. */
  readonly sha256?: string;
}

/** What came back. */
export interface ObjectReply {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** One connection to a server of objects; one request at a time, each signed, none repeated. */
export class ObjectClient implements Disposable {
  readonly #address: ObjectServerAddress;
  readonly #url: URL;
  #connection: { readonly socket: Deno.TcpConn; readonly reader: WireReader } | undefined;

  constructor(address: ObjectServerAddress) {
    this.#address = address;
    this.#url = new URL(address.endpoint);
  }

  /** Rejects if the connection fails; the next request makes another. */
  async request(request: ObjectRequest): Promise<ObjectReply> {
    const pieces: Uint8Array[] = [];
    const { status, headers } = await this.stream(request, (bytes) => pieces.push(bytes.slice()));
    return { status, headers, body: join(pieces) };
  }

  /** The same, and the reply's bytes go piece by piece to `take`, which must not keep them. */
  async stream(
    request: ObjectRequest,
    take: (bytes: Uint8Array) => void,
  ): Promise<Omit<ObjectReply, "body">> {
    return await this.exchange(request.method, this.prepare(request), take);
  }

  /** Opens the connection, if it is not open. */
  async connect(): Promise<void> {
    await this.#connect();
  }

  /** Sends what {@link ObjectClient.prepare} made. Its signature holds for a quarter of an hour. */
  async exchange(
    method: string,
    prepared: Uint8Array,
    take: (bytes: Uint8Array) => void,
  ): Promise<Omit<ObjectReply, "body">> {
    try {
      const { socket, reader } = await this.#connect();
      await writeAll(socket, prepared);
      const head = await reader.head();
      if (head === undefined) throw new Deno.errors.ConnectionReset("the server ended the connection");
      const length = replyLength(head, method);
      let done = 0;
      for await (const { bytes, framing } of reader.body(length)) {
        if (framing) continue;
        done += bytes.length;
        take(bytes);
      }
      if (typeof length === "number" && done < length) {
        throw new Deno.errors.ConnectionReset(`the reply has ${done} of ${length} bytes`);
      }
      if (length === "to the end" || head.headers.get("connection")?.toLowerCase() === "close") this.close();
      return { status: Number(head.words[1]), headers: head.headers };
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    this.#connection?.socket.close();
    this.#connection = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #connect() {
    if (this.#connection !== undefined) return this.#connection;
    const socket = await Deno.connect({ hostname: this.#url.hostname, port: Number(this.#url.port) });
    socket.setNoDelay(true);
    return this.#connection = { socket, reader: new WireReader(socket) };
  }

  /** A request as it goes over the wire, signed as of now. */
  prepare(
    { method, path, query = {}, headers = {}, body = new Uint8Array(0), sha256 }: ObjectRequest,
  ): Uint8Array {
    const { accessKey, secret, region } = this.#address;
    const target = percentEncode(path, true);
    const search = Object.entries(query).map((pair) => pair.map((text) => percentEncode(text)).join("="))
      .join("&");
    const signed = signRequest(
      {
        method,
        path: target,
        query: search,
        headers: [["host", this.#url.host], ...Object.entries(headers)],
      },
      sha256 ?? createHash("sha256").update(body).digest("hex"),
      { accessKeyId: accessKey, secretKey: secret, region, at: Date.now() },
    );
    const lines = signed.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const length = body.length > 0 || method === "PUT" || method === "POST"
      ? `content-length: ${body.length}\r\n`
      : "";
    const head = `${method} ${target}${search === "" ? "" : `?${search}`} HTTP/1.1\r\n${lines}${length}\r\n`;
    return join([new TextEncoder().encode(head), body]);
  }
}

/** The text of the first element of a name in a document without nested elements of that name. */
export function elementOf(document: Uint8Array, name: string): string | undefined {
  return elementsOf(document, name)[0];
}

/** The texts of all elements of a name. */
export function elementsOf(document: Uint8Array, name: string): string[] {
  const text = new TextDecoder().decode(document);
  return [...text.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^]*?)</${name}>`, "g"))].map(([, inner]) =>
    inner!
  );
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
