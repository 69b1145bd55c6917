import type { z } from "zod";
import { AnswerTooLongError, boundedText } from "../../../core/plugin/bounded_text.ts";
import type { PluginContext } from "../../../core/plugin/context.ts";
import type { TrackerError } from "../../../core/plugin/tracker.ts";
import { noAnswer, nonsense, readRefusal, type Refusal, toTrackerError } from "./failure.ts";
import { watched } from "./watched_body.ts";

/** Where a server is and how to get in. */
export interface MlflowPlace {
  /** Without a slash at its end, without names and passwords. */
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly http: Deno.HttpClient;
  /** How long an answer is waited for, and each piece of its body. */
  readonly timeoutMs: number;
}

/** One request. */
export interface MlflowRequest {
  readonly method: "GET" | "POST" | "PATCH" | "PUT";
  /** Below the base. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON; bytes as they are. */
  readonly body?: unknown;
  /** What is being done, for errors: `Cannot send run x`. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

/** An answer with its whole text. */
export type MlflowAnswer = { readonly text: string } | { readonly refusal: Refusal };

const API = "/api/2.0/mlflow";

/** Requests to a server; nothing is tried again here. */
export class MlflowClient {
  readonly #place: MlflowPlace;
  readonly #log: PluginContext["log"];
  #version: Promise<string | undefined> | undefined;

  constructor(place: MlflowPlace, log: PluginContext["log"]) {
    this.#place = place;
    this.#log = log;
  }

  /** Where it is; holds no secret. */
  get base(): string {
    return this.#place.base;
  }

  /**
   * A call of the REST API, below `/api/2.0/mlflow`.
   *
   * @param schema What must be in the answer.
   * @throws {TrackerError} All codes but `tracker_gap` and `tracker_ended`.
   */
  async call<T extends z.ZodType>(request: MlflowRequest, schema: T): Promise<z.infer<T>> {
    const answer = await this.ask({ ...request, path: `${API}${request.path}` });
    if ("refusal" in answer) throw this.errorOf(request.what, answer.refusal);
    return this.read(request.what, answer.text, schema);
  }

  /** As {@link MlflowClient.call}; `undefined` where the server says that there is no such thing. */
  async callIfThere<T extends z.ZodType>(request: MlflowRequest, schema: T): Promise<z.infer<T> | undefined> {
    const answer = await this.ask({ ...request, path: `${API}${request.path}` });
    if (!("refusal" in answer)) return this.read(request.what, answer.text, schema);
    const { refusal } = answer;
    if (refusal.code === "RESOURCE_DOES_NOT_EXIST") return undefined;
    throw this.errorOf(request.what, refusal);
  }

  /** Any request below the base, with its answer whatever it is. @throws {TrackerError} `tracker_unavailable`, `tracker_refused`. */
  async ask(request: MlflowRequest): Promise<MlflowAnswer> {
    const timer = new AbortController();
    const clock = setTimeout(
      () => timer.abort(new DOMException("no answer in time", "TimeoutError")),
      this.#place.timeoutMs,
    );
    try {
      const response = await this.#fetch(request, timer.signal);
      const text = await boundedText(response);
      return response.ok ? { text } : { refusal: readRefusal(response.status, text) };
    } catch (cause) {
      request.signal?.throwIfAborted();
      if (cause instanceof AnswerTooLongError) throw nonsense(request.what, this.base, cause);
      throw noAnswer(request.what, this.base, cause);
    } finally {
      clearTimeout(clock);
    }
  }

  /** The body of a file; each piece is waited for no longer than an answer. */
  async download(request: MlflowRequest): Promise<ReadableStream<Uint8Array> | Refusal> {
    const stop = new AbortController();
    const clock = setTimeout(
      () => stop.abort(new DOMException("no answer in time", "TimeoutError")),
      this.#place.timeoutMs,
    );
    try {
      const response = await this.#fetch(request, stop.signal);
      if (!response.ok) return readRefusal(response.status, await boundedText(response));
      const body = response.body ?? new Blob([]).stream();
      return watched(body, this.#place.timeoutMs, (cause) => {
        // An abort comes out as the reason that went in.
        if (request.signal?.aborted) return request.signal.reason;
        return noAnswer(request.what, this.base, cause);
      });
    } catch (cause) {
      request.signal?.throwIfAborted();
      if (cause instanceof AnswerTooLongError) throw nonsense(request.what, this.base, cause);
      throw noAnswer(request.what, this.base, cause);
    } finally {
      clearTimeout(clock);
    }
  }

  /** The server's version, such as `3.17.2`; `undefined` if it does not tell. Asked once. */
  version(signal?: AbortSignal): Promise<string | undefined> {
    this.#version ??= this.ask({
      method: "GET",
      path: "/version",
      what: "Cannot ask for the version",
      signal,
    }).then(
      (answer) => "text" in answer && /^\d+\.\d+/.test(answer.text) ? answer.text.trim() : undefined,
    ).catch((error: unknown) => {
      this.#version = undefined;
      throw error;
    });
    return this.#version;
  }

  /** What an answer that is no success means. */
  errorOf(what: string, refusal: Refusal): TrackerError {
    return toTrackerError(what, this.base, refusal);
  }

  /** What stands in an answer. @throws {TrackerError} `tracker_refused` if it is not what must be there. */
  read<T extends z.ZodType>(what: string, text: string, schema: T): z.infer<T> {
    try {
      return schema.parse(text.trim() === "" ? {} : JSON.parse(text));
    } catch (cause) {
      throw nonsense(what, this.base, cause);
    }
  }

  async #fetch(
    { method, path, query, body, signal }: MlflowRequest,
    timeout: AbortSignal,
  ): Promise<Response> {
    const search = query === undefined ? "" : `?${new URLSearchParams(query)}`;
    const bytes = body instanceof Uint8Array;
    const began = performance.now();
    const response = await fetch(`${this.base}${path}${search}`, {
      method,
      client: this.#place.http,
      redirect: "manual",
      headers: {
        ...this.#place.headers,
        ...(body === undefined
          ? {}
          : { "content-type": bytes ? "application/octet-stream" : "application/json" }),
      },
      ...(body === undefined ? {} : { body: bytes ? body as Uint8Array<ArrayBuffer> : JSON.stringify(body) }),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    this.#log("mlflow.request", {
      method,
      path,
      status: response.status,
      ms: Math.round(performance.now() - began),
    });
    return response;
  }

  /** Uses the network no more. */
  close(): void {
    this.#place.http.close();
  }
}
