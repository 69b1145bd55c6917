import type * as z from "zod";
import { AnswerTooLongError, boundedText } from "../../../core/plugin/bounded_text.ts";
import { TrackerError } from "../../../core/plugin/tracker.ts";
import type { ApiKey } from "./api_key.ts";
import { failureOf, KEY_FIX, networkFailure } from "./failure.ts";
import { graphqlAnswer, saidIn } from "./graphql_answer.ts";
import { parseLoose } from "./loose_json.ts";
import { Pace } from "./pace.ts";
import { Patience } from "./patience.ts";

/** What {@link Connection} is made with. */
export interface ConnectionOptions {
  /** Without a slash at its end. */
  readonly base: string;
  readonly key: ApiKey | undefined;
  readonly client?: Deno.HttpClient;
  readonly timeoutMs: number;
  readonly log: (event: string, fields?: Record<string, unknown>) => void;
}

/** What a call is about, and when to give it up. */
export interface CallOptions {
  /** `Cannot …`, for the error. */
  readonly what: string;
  readonly signal: AbortSignal | undefined;
}

/** One request. */
interface Call extends CallOptions {
  readonly url: string;
  readonly method: "GET" | "POST" | "PUT";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** Whether the key goes with it; never to another server. */
  readonly login: boolean;
  readonly timeoutMs: number;
}

// Bytes of files, in either direction.
const FILE_TIMEOUT_MS = 300_000;

/** The three channels of a server: GraphQL, the stream of a run, and bytes at addresses that it gives. */
export class Connection {
  readonly base: string;
  readonly host: string;
  readonly #options: ConnectionOptions;
  readonly #pace = new Pace();

  constructor(options: ConnectionOptions) {
    this.base = options.base;
    this.host = new URL(options.base).host;
    this.#options = options;
  }

  /**
   * Asks by GraphQL. Variables that are `undefined` are left out, since null may clear what is there.
   *
   * @throws {TrackerError} `tracker_unavailable`, `tracker_denied`, `tracker_refused`.
   */
  async ask<Answer>(
    query: string,
    variables: Readonly<Record<string, unknown>>,
    answer: z.ZodType<Answer>,
    options: CallOptions,
  ): Promise<Answer> {
    const reply = await this.#call({
      ...options,
      url: `${this.base}/graphql`,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
      login: true,
      timeoutMs: this.#options.timeoutMs,
    });
    return graphqlAnswer(await this.#json(reply, options), answer, (why) => this.#refused(options.what, why));
  }

  /** Sends a part of a run's stream. @returns What the server says. */
  async stream(
    path: string,
    body: string,
    options: CallOptions,
  ): Promise<{ readonly stopped?: unknown }> {
    const reply = await this.#call({
      ...options,
      url: `${this.base}/files/${path}/file_stream`,
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      login: true,
      timeoutMs: 2 * this.#options.timeoutMs,
    });
    const said = await this.#json(reply, options);
    return typeof said === "object" && said !== null ? said : {};
  }

  /** Puts bytes where the server said. @param headers Each as `Name:Value`. */
  async put(
    url: string,
    headers: readonly string[],
    bytes: Uint8Array<ArrayBuffer>,
    options: CallOptions,
  ): Promise<void> {
    const pairs = headers.map((
      line,
    ) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]);
    const reply = await this.#callGiven(url, {
      ...options,
      method: "PUT",
      headers: Object.fromEntries(pairs),
      body: bytes,
    });
    await reply.body?.cancel();
  }

  /** Bytes from an address that the server gave. */
  async get(url: string, options: CallOptions): Promise<Response> {
    return await this.#callGiven(url, { ...options, method: "GET" });
  }

  /** No connection is kept open. */
  close(): void {
    this.#options.client?.close();
  }

  /** Asks without the login first; servers of one's own may want it for addresses of theirs that are not signed. */
  async #callGiven(url: string, call: Omit<Call, "url" | "login" | "timeoutMs">): Promise<Response> {
    const address = new URL(url, this.base);
    const whole = { ...call, url: address.href, timeoutMs: FILE_TIMEOUT_MS };
    try {
      return await this.#call({ ...whole, login: false });
    } catch (error) {
      const own = address.origin === new URL(this.base).origin;
      if (!(error instanceof TrackerError && error.code === "tracker_denied" && own)) throw error;
      return await this.#call({ ...whole, login: true });
    }
  }

  async #call(call: Call): Promise<Response> {
    const { key, client, log } = this.#options;
    if (call.login && key === undefined) {
      throw new TrackerError("tracker_denied", { what: call.what, why: "there is no key", fix: KEY_FIX });
    }
    await this.#pace.wait(call.signal);
    using patience = new Patience(call.timeoutMs, call.signal);
    const login: Record<string, string> = call.login ? { authorization: key!.header() } : {};
    try {
      const reply = await fetch(call.url, {
        method: call.method,
        headers: { ...call.headers, ...login },
        ...(call.body === undefined ? {} : { body: call.body }),
        // Another place would get the login.
        redirect: call.login ? "manual" : "follow",
        signal: patience.signal,
        ...(client === undefined ? {} : { client }),
      });
      log("wandb_request", { method: call.method, path: new URL(call.url).pathname, status: reply.status });
      this.#pace.heed(reply);
      if (reply.ok) return reply;
      throw failureOf(
        call.what,
        new URL(call.url).host,
        reply.status,
        this.#clean(saidIn(await refusalText(reply))),
      );
    } catch (error) {
      throw this.#told(call.what, new URL(call.url).host, patience.signal, error);
    }
  }

  async #json(reply: Response, { what, signal }: CallOptions): Promise<unknown> {
    let text: string;
    using patience = new Patience(this.#options.timeoutMs, signal);
    try {
      text = await boundedText(reply, { signal: patience.signal });
    } catch (error) {
      if (error instanceof AnswerTooLongError) {
        throw this.#refused(what, `${this.host} answered without an end`, { cause: error });
      }
      throw this.#told(what, this.host, patience.signal, error);
    }
    try {
      return parseLoose(text);
    } catch (cause) {
      const start = JSON.stringify(this.#clean(text).slice(0, 60));
      throw this.#refused(what, `${this.host} answered with what is not JSON: ${start}`, { cause });
    }
  }

  #told(what: string, host: string, signal: AbortSignal | undefined, error: unknown): unknown {
    const cause = signal?.aborted ? signal.reason : error;
    return cause instanceof TrackerError ? cause : networkFailure(what, host, cause) ?? cause;
  }

  #refused(what: string, why: string, options?: ErrorOptions): TrackerError {
    return new TrackerError("tracker_refused", { what, why: this.#clean(why) }, options);
  }

  /** What others said, as one short line without the key. */
  #clean(text: string): string {
    const line = text.replaceAll(/[\p{C}\s]+/gu, " ").trim();
    return (this.#options.key?.redact(line) ?? line).slice(0, 300);
  }
}

/** What a refusal says; nothing if that has no end. */
async function refusalText(reply: Response): Promise<string> {
  try {
    return await boundedText(reply);
  } catch (error) {
    if (error instanceof AnswerTooLongError) return "";
    throw error;
  }
}
