import type { Agent, IncomingMessage } from "node:http";
import type { RawReply, SignedRequest } from "./http_handler.ts";
import { StalledError } from "./stalled_error.ts";

/**
 * Sends requests with large bodies over plain HTTP, on connections that are kept.
 *
 * `fetch` copies a body twice, and the copies lie about as garbage: of four bodies of 8 MiB at once some 190 MB, where these
 * take none, at twice the speed. Not for TLS, where Deno's node:https stalls, nor through proxies, which it does not know.
 */
export class PartSender {
  #agent: Agent | undefined;

  /** Whether it is for this request; the parts of uploads are, which are tried again if a kept connection is gone. */
  static takes({ protocol, query, body }: SignedRequest): boolean {
    return protocol === "http:" && query !== undefined && "partNumber" in query && body instanceof Uint8Array;
  }

  /**
   * Sends one request, and takes in its reply whole.
   *
   * @param path With the query.
   * @throws An error of the network, with its `code`; {StalledError}; the signal's reason after an abort.
   */
  async send(
    { method, hostname, port, headers, body }: SignedRequest,
    path: string,
    signal: AbortSignal,
  ): Promise<RawReply> {
    const { Agent, request } = await import("node:http");
    const agent = this.#agent ??= new Agent({ keepAlive: true });
    const { promise, resolve, reject } = Promise.withResolvers<RawReply>();
    const bytes = body as Uint8Array;
    const sent = request({
      method,
      host: hostname.replace(/^\[|\]$/g, ""),
      ...(port === undefined ? {} : { port }),
      path,
      headers: { ...headers, "content-length": bytes.length },
      agent,
    }, (reply) => void wholeReply(reply).then(resolve, reject));
    const onAbort = () => {
      sent.destroy();
      reject(signal.reason);
    };
    sent.on("error", reject);
    if (signal.aborted) onAbort();
    else {
      signal.addEventListener("abort", onAbort, { once: true });
      sent.end(bytes);
    }
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Lets go of connections. */
  close(): void {
    this.#agent?.destroy();
  }
}

function wholeReply(reply: IncomingMessage): Promise<RawReply> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<RawReply>();
  reply.on("data", (piece: Uint8Array<ArrayBuffer>) => pieces.push(piece));
  reply.on("error", reject);
  // After an end it says nothing new.
  reply.on("close", () => reject(new StalledError("the reply ended in its middle")));
  reply.on("end", () => {
    const headers = Object.fromEntries(
      Object.entries(reply.headers).map(([name, value]) => [name, String(value)]),
    );
    resolve({ statusCode: reply.statusCode ?? 0, headers, body: new Blob(pieces).stream() });
  });
  return promise;
}
