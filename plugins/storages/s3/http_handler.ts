import { DirectSender } from "./direct_sender.ts";
import { SharedLink } from "./shared_link.ts";
import { StalledError } from "./stalled_error.ts";
import { watchConnecting } from "./watch_connecting.ts";

/** A request as the SDK hands it over, signed. */
export interface SignedRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A reply as the SDK takes it. */
export interface RawReply {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: ReadableStream<Uint8Array>;
}

/** What {@link FetchHandler.handle} takes beside a request; who sends a command may name them. */
export interface HandlerOptions {
  readonly abortSignal?: AbortSignal;
  readonly lendsChunks?: boolean;
}

/** What {@link FetchHandler} is made with. */
export interface FetchHandlerOptions {
  readonly client: Deno.HttpClient;
  /** How long nothing may move, in milliseconds. */
  readonly idleMs: number;
  /** The same for requests without a body while the service has not answered at all yet. */
  readonly firstReplyMs: number;
  /** How long the service may take to take a connection before it has answered at all, in milliseconds; not looked at if absent. */
  readonly connectMs?: number;
  /** Whether requests over plain HTTP go to the service itself, and not through a proxy. */
  readonly isDirect: boolean;
  /** Told of each reply, and of each request without one. */
  readonly onReply: (request: SignedRequest, status: number | undefined, ms: number) => void;
}

// Of all bodies that are sent at once. Slower than this they are not worth waiting for: 8 MiB then take over two minutes.
const LEAST_BYTES_PER_MS = 64;
// "Processing of a Complete Multipart Upload request could take several minutes", API reference of Amazon S3.
const COMPLETE_MS = 600_000;

/**
 * Sends the SDK's requests by `fetch`.
 *
 * Deno's node:https stalls on request bodies of several chunks over connections that are kept, and this does not; it
 * keeps connections, knows proxies and takes certificates. Bodies are bytes in memory, since a stream would go out
 * without its length, which services refuse.
 */
export class FetchHandler {
  /** The SDK asks for it. */
  readonly metadata = { handlerProtocol: "http/1.1" };
  readonly #options: FetchHandlerOptions;
  readonly #direct = new DirectSender();
  readonly #link = new SharedLink();
  #hasAnswered = false;

  constructor(options: FetchHandlerOptions) {
    this.#options = options;
  }

  /**
   * Sends one request.
   *
   * @param options `lendsChunks`: a large reply is awaited, whose chunks may be memory that is used again; see
   *   `GetOptions` of the contract.
   * @throws {StalledError}; {TypeError} as `fetch` does; the signal's reason.
   */
  async handle(
    request: SignedRequest,
    { abortSignal, lendsChunks = false }: HandlerOptions = {},
  ): Promise<{ readonly response: RawReply }> {
    const startedAt = performance.now();
    let status: number | undefined;
    const stall = new AbortController();
    const onAbort = () => stall.abort(abortSignal?.reason);
    if (abortSignal?.aborted) onAbort();
    abortSignal?.addEventListener("abort", onAbort, { once: true });
    const { idleMs, firstReplyMs, connectMs } = this.#options;
    const isFirst = !this.#hasAnswered;
    const ms = isFirst && !(request.body instanceof Uint8Array) ? Math.min(firstReplyMs, idleMs) : idleMs;
    using sent = this.#link.begin(request.body instanceof Uint8Array ? request.body.length : 0);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      const left = startedAt + replyWithinMs(request, ms, sent.mostBytes) - performance.now();
      if (left <= 0) stall.abort(new StalledError("no reply came"));
      else timer = setTimeout(look, left);
    };
    look();
    using _watch = isFirst && connectMs !== undefined
      ? watchConnecting(request, connectMs, (error) => stall.abort(error))
      : undefined;
    try {
      if (this.#options.isDirect && DirectSender.takes(request, lendsChunks)) {
        const options = { signal: stall.signal, lendsChunks };
        const response = await this.#direct.send(request, pathOf(request), options);
        status = response.statusCode;
        this.#hasAnswered = true;
        const body = watched(response.body, idleMs, abortSignal, (error) => stall.abort(error));
        return { response: { ...response, body } };
      }
      const reply = await fetch(addressOf(request), {
        method: request.method,
        headers: headersOf(request),
        body: (request.body ?? null) as BodyInit | null,
        redirect: "manual",
        client: this.#options.client,
        signal: stall.signal,
      } as RequestInit);
      status = reply.status;
      this.#hasAnswered = true;
      const headers = Object.fromEntries(reply.headers);
      const body = reply.body === null
        // To a HEAD, or with 204: the SDK takes no null for a body.
        ? new Blob([]).stream()
        : watched(reply.body, idleMs, abortSignal, (error) => stall.abort(error));
      return { response: { statusCode: reply.status, headers, body } };
    } catch (error) {
      // What `fetch` makes of an abort by this very timer.
      throw stall.signal.aborted ? stall.signal.reason : error;
    } finally {
      clearTimeout(timer);
      abortSignal?.removeEventListener("abort", onAbort);
      this.#options.onReply(request, status, performance.now() - startedAt);
    }
  }

  /** The SDK calls it; the client is closed by who made it. */
  destroy(): void {
    this.#direct.close();
  }

  /** The SDK asks for it. */
  updateHttpClientConfig(): void {}

  /** The SDK asks for it. */
  httpHandlerConfigs(): Record<string, never> {
    return {};
  }
}

/** @param sentBytes Of its body, and of those that are sent at the same time. */
function replyWithinMs({ method, query, body }: SignedRequest, idleMs: number, sentBytes: number): number {
  if (method === "POST" && query !== undefined && "uploadId" in query) return Math.max(COMPLETE_MS, idleMs);
  return idleMs + (body instanceof Uint8Array ? sentBytes / LEAST_BYTES_PER_MS : 0);
}

function addressOf(request: SignedRequest): string {
  const { protocol, hostname, port } = request;
  const host = port === undefined ? hostname : `${hostname}:${port}`;
  return `${protocol}//${host}${pathOf(request)}`;
}

/** With the query. */
function pathOf({ path, query = {} }: SignedRequest): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) =>
      each === null ? escape(name) : `${escape(name)}=${escape(String(each))}`
    )
  );
  return `${path}${pairs.length === 0 ? "" : `?${pairs.join("&")}`}`;
}

/** RFC 3986, as the signature has it. */
function escape(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function headersOf({ headers }: SignedRequest): Record<string, string> {
  const { host: _host, "content-length": _length, ...rest } = headers;
  // What is stored compressed must come as it is stored.
  return { ...rest, "accept-encoding": "identity" };
}

/** The body of a reply, which fails if nothing comes for a while, or on an abort. */
function watched(
  body: ReadableStream<Uint8Array>,
  idleMs: number,
  signal: AbortSignal | undefined,
  end: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let failure: { readonly error: unknown } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  // Since when a chunk has been waited for. One timer for many chunks: one for each costs as much as the chunk.
  let waitingSince: number | undefined;
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
    signal?.removeEventListener("abort", onAbort);
  };
  const fail = (error: unknown) => {
    failure ??= { error };
    stop();
    end(error);
    reader.cancel(error).catch(() => {});
  };
  const onAbort = () => fail(signal?.reason);
  const look = () => {
    timer = undefined;
    if (waitingSince === undefined) return;
    const left = waitingSince + idleMs - performance.now();
    if (left <= 0) fail(new StalledError("the reply stopped in its middle"));
    else timer = setTimeout(look, left);
  };
  if (signal?.aborted) onAbort();
  else signal?.addEventListener("abort", onAbort, { once: true });
  return new ReadableStream({
    async pull(controller) {
      if (failure !== undefined) throw failure.error;
      waitingSince = performance.now();
      timer ??= setTimeout(look, idleMs);
      try {
        const { done, value } = await reader.read();
        // The reading ends well when it is cancelled.
        if (failure !== undefined) throw (failure as { error: unknown }).error;
        if (!done) return controller.enqueue(value);
        stop();
        controller.close();
      } catch (error) {
        stop();
        throw failure === undefined ? error : (failure as { error: unknown }).error;
      } finally {
        waitingSince = undefined;
      }
    },
    cancel(reason) {
      stop();
      return reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
