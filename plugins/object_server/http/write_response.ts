import { encodeHead } from "./encode_head.ts";
import type { ByteSource, HttpResponse } from "./http_message.ts";

const encoder = new TextEncoder();
const LAST_CHUNK = encoder.encode("0\r\n\r\n");
const CHUNK_END = encoder.encode("\r\n");
/** Up to here head and body go out as one write, so as one packet or a few. */
const ONE_WRITE_BYTES = 64 * 1024;

/** Takes all of `bytes`, or rejects. */
export type WriteAll = (bytes: Uint8Array) => Promise<void>;

/** What surrounds a reply. */
export interface ReplyContext {
  /** Value of `Date`. */
  readonly date: string;
  readonly keepAlive: boolean;
  /** Whether the request was HEAD: lengths are said, bytes are not sent. */
  readonly headOnly: boolean;
  /** Whether the client speaks HTTP/1.0: it knows no chunks, and has to be told that the connection stays. */
  readonly old: boolean;
}

/**
 * Sends a reply, at the pace at which the client takes it.
 *
 * The source is closed whatever happens.
 *
 * @returns Bytes of body that were sent, and whether the connection is still at a place where a reply may begin.
 * @throws {RangeError} If a source gave more or fewer bytes than `bodyLength`; the connection is then no longer of use.
 */
export async function writeResponse(
  write: WriteAll,
  response: HttpResponse,
  context: ReplyContext,
): Promise<{ bytes: number; reusable: boolean }> {
  const { body } = response;
  try {
    const bodiless = response.status === 204 || response.status === 304 || response.status < 200;
    const length = body instanceof Uint8Array ? body.length : response.bodyLength ?? (body ? undefined : 0);
    const silent = bodiless || context.headOnly;
    const chunked = !silent && length === undefined && !context.old;
    const reusable = context.keepAlive && (silent || length !== undefined || chunked);
    const head = encodeHead(response.status, [
      ...response.headers,
      ...(bodiless || length === undefined ? [] : [["Content-Length", String(length)] as const]),
      ...(chunked ? [["Transfer-Encoding", "chunked"] as const] : []),
      ["Date", context.date],
      ...(reusable && !context.old ? [] : [["Connection", reusable ? "keep-alive" : "close"] as const]),
    ]);
    if (silent || body === undefined) {
      await write(head);
      return { bytes: 0, reusable };
    }
    if (body instanceof Uint8Array) {
      await writeTogether(write, head, body);
      return { bytes: body.length, reusable };
    }
    return { bytes: await writeSource(write, head, body, length, chunked), reusable };
  } finally {
    if (body !== undefined && !(body instanceof Uint8Array)) await body.close();
  }
}

async function writeSource(
  write: WriteAll,
  head: Uint8Array,
  source: ByteSource,
  length: number | undefined,
  chunked: boolean,
): Promise<number> {
  let sent = 0;
  let pending: Uint8Array | undefined = head;
  for (;;) {
    const bytes = await source.read();
    if (bytes === undefined) break;
    sent += bytes.length;
    if (length !== undefined && sent > length) throw new RangeError("a reply is longer than was said");
    if (chunked) {
      await write(concat(pending, encoder.encode(`${bytes.length.toString(16)}\r\n`)));
      await write(bytes);
      pending = CHUNK_END;
    } else {
      if (pending === undefined) await write(bytes);
      else await writeTogether(write, pending, bytes);
      pending = undefined;
    }
  }
  if (length !== undefined && sent !== length) throw new RangeError("a reply is shorter than was said");
  if (chunked) await write(concat(pending, LAST_CHUNK));
  else if (pending !== undefined) await write(pending);
  return sent;
}

async function writeTogether(write: WriteAll, first: Uint8Array, second: Uint8Array): Promise<void> {
  if (second.length <= ONE_WRITE_BYTES) return await write(concat(first, second));
  await write(first);
  await write(second);
}

function concat(first: Uint8Array | undefined, second: Uint8Array): Uint8Array {
  if (first === undefined) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
