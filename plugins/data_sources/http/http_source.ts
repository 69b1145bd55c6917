import type { JsonObject } from "../../../core/model/json.ts";
import type { OperationOptions } from "../../../core/plugin/context.ts";
import {
  type DataSource,
  DataSourceError,
  type SourceFile,
  type SourceLocation,
} from "../../../core/plugin/data_source.ts";
import { failureOfRequest, failureOfStatus } from "./http_failure.ts";

/** A file on a web server. */
export class HttpSource implements DataSource {
  readonly keepsVersions = false;
  readonly options: JsonObject = {};
  readonly #url: URL;
  readonly #name: string;

  private constructor(url: URL, name: string) {
    this.#url = url;
    this.#name = name;
  }

  /** @throws {DataSourceError} `source_invalid` if the address names no file. */
  static open(url: URL): HttpSource {
    const name = fileName(url);
    if (name !== undefined) return new HttpSource(url, name);
    throw new DataSourceError("source_invalid", {
      what: `Cannot import ${url.href}`,
      why: "its path ends with no file's name, and web servers list no directories",
      fix: ["import each file by its own address"],
    });
  }

  async *list(options: OperationOptions = {}): AsyncGenerator<SourceFile> {
    const headers = await this.#head(options);
    const size = headers.get("content-encoding") === null ? headers.get("content-length") : null;
    const etag = validatorOf(headers);
    yield {
      path: this.#name,
      url: this.#url.href,
      ...(size !== null && /^\d+$/.test(size) ? { size: Number(size) } : {}),
      ...(etag === undefined ? {} : { etag }),
    };
  }

  /** Asks for the headers alone; servers that know no HEAD are asked for the file, which is not read. */
  async #head(options: OperationOptions): Promise<Headers> {
    const head = await request(this.#url.href, "HEAD", options);
    await head.body?.cancel();
    if (head.ok) return head.headers;
    const get = await request(this.#url.href, "GET", options);
    await get.body?.cancel();
    if (!get.ok) throw failureOfStatus(this.#url.href, get);
    return get.headers;
  }

  async open(file: SourceLocation, options: OperationOptions = {}): Promise<ReadableStream<Uint8Array>> {
    const response = await request(file.url, "GET", options);
    if (!response.ok) {
      await response.body?.cancel();
      throw failureOfStatus(file.url, response);
    }
    const etag = validatorOf(response.headers);
    if (file.etag !== undefined && etag !== undefined && etag !== file.etag) {
      await response.body?.cancel();
      throw new DataSourceError("source_changed", {
        what: `Cannot read ${file.url} as it was`,
        why: `it has changed since it was looked at: ${file.etag} then, ${etag} now`,
        fix: ["import it again"],
      });
    }
    return watched(response.body ?? new Blob([]).stream(), file.url, options.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** What changes with the bytes: the entity tag, or else the time of the last change (RFC 9110 §8.8). */
function validatorOf(headers: Headers): string | undefined {
  return headers.get("etag") ?? headers.get("last-modified") ?? undefined;
}

function fileName(url: URL): string | undefined {
  const last = url.pathname.slice(url.pathname.lastIndexOf("/") + 1);
  try {
    const name = decodeURIComponent(last);
    return name === "" || name === "." || name === ".." || /[/\0]/.test(name) ? undefined : name;
  } catch {
    return undefined;
  }
}

async function request(url: string, method: string, { signal }: OperationOptions): Promise<Response> {
  try {
    // The bytes as they are: a compressed file must not be unpacked on the way.
    const headers = { "accept-encoding": "identity" };
    return await fetch(url, { method, headers, ...(signal === undefined ? {} : { signal }) });
  } catch (cause) {
    signal?.throwIfAborted();
    throw failureOfRequest(url, cause);
  }
}

/** The same bytes; a connection that breaks is told as this source's failure. */
function watched(
  body: ReadableStream<Uint8Array>,
  url: string,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (cause) {
        signal?.throwIfAborted();
        throw failureOfRequest(url, cause);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
