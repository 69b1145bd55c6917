/**
 * Names and values of headers, in the order of sending.
 *
 * Of a request, values have one character for each byte. Of a reply they may have any: see `encodeHead`.
 */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** How the bytes of a request body are marked off. */
export type Framing =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly length: number }
  | { readonly kind: "chunked" };

/** Request line and headers, as they were sent: nothing in them is decoded or put straight. */
export interface HttpHead {
  /** As sent; upper case by convention only. */
  readonly method: string;
  readonly version: "HTTP/1.1" | "HTTP/1.0";
  /** From the first `/` to before `?`, with its percent signs, dots and double slashes. */
  readonly path: string;
  /** After `?`; "" without one. */
  readonly query: string;
  readonly headers: HeaderList;
  /** Value of `Host`, or the authority of an absolute target; "" in HTTP/1.0 without one. */
  readonly host: string;
  readonly framing: Framing;
  /** Whether the client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
  /** Whether the connection may serve another request afterwards. */
  readonly keepAlive: boolean;
}

/** A body that is read piece by piece; nobody reads ahead of the reader. */
export interface ByteSource {
  /**
   * The next bytes, at least one; `undefined` at the end.
   *
   * The bytes are those of a buffer that the next call fills again: use or copy them before it.
   */
  read(): Promise<Uint8Array | undefined> | Uint8Array | undefined;
  /** Gives up what the source holds; called once, at the end and after a failure alike. */
  close(): void | Promise<void>;
}

/** A request whose body has not been read yet. */
export interface HttpRequest {
  readonly head: HttpHead;
  /** Address and port of the other end. */
  readonly remote: string;
  /** Length that was announced; `undefined` if chunked. 0 without a body. */
  readonly bodyLength: number | undefined;
  /**
   * The next bytes of the body; `undefined` at its end. The first call sends `100 Continue` where it is waited for.
   *
   * The bytes are those of a buffer that the next call fills again.
   * @throws {HttpFault} 400 where the framing is broken.
   * @throws {ConnectionLost} Where the client went away or stands still.
   */
  readBody(): Promise<Uint8Array | undefined>;
}

/** A reply. The server adds `Date`, `Content-Length` and `Connection`. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HeaderList;
  /** Absent: no body. A source needs `bodyLength`. */
  readonly body?: Uint8Array | ByteSource;
  /**
   * Bytes of `body`, or, in reply to HEAD, of the body that GET would give. Absent for a source: sent in chunks.
   */
  readonly bodyLength?: number;
  /** Ends the connection after this reply. */
  readonly close?: boolean;
  /** Called once, when the reply is out or could not be: how many bytes of body went, and why not all did. */
  readonly sent?: (bytes: number, failure?: unknown) => void;
}
