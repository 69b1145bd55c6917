import { GetObjectCommand, type GetObjectCommandOutput } from "@aws-sdk/client-s3";
import { AeroError, CorruptionError } from "../../../core/errors.ts";
import { pause } from "../../../core/plugin/pause.ts";
import {
  type GetOptions,
  isStorageError,
  StorageError,
  type StorageKey,
} from "../../../core/plugin/storage.ts";
import { backoffMs } from "./backoff.ts";
import { s3Failure, serviceCode, statusOf } from "./failure.ts";
import { isProven, PROVEN_BYTES } from "./proof.ts";
import type { Purpose, S3Connection } from "./s3_connection.ts";

/** How often reading goes on after a break without anything having come. */
const BREAKS_IN_A_ROW = 4;

/** An object that is being read: how much of it there is to come, and which one it is. */
interface Reading {
  /** Of the next byte, from the beginning of the object. */
  offset: number;
  /** Bytes to come. */
  left: number;
  /** By which the same bytes are known again. */
  readonly tag: string | undefined;
}

/**
 * Opens an object, or a range of it. What breaks off is gone on with from where it broke, as long as the object is the
 * same. A small object is asked for again if its bytes are not those that were stored.
 *
 * @throws {StorageError} As `Storage.get`.
 * @throws {CorruptionError} `object_corrupt` if they never are.
 */
export async function getObject(
  connection: S3Connection,
  key: StorageKey,
  { range, signal, lendsChunks = false }: GetOptions,
): Promise<ReadableStream<Uint8Array>> {
  const what = `Cannot read "${key}" from ${connection.place.location}`;
  const name = connection.nameOf(key);
  for (let attempt = 1;; attempt++) {
    const purpose: Purpose = { operation: "get", what, signal, lendsChunks };
    const opened = await open(connection, { name }, purpose, range);
    if (range !== undefined || opened.length > PROVEN_BYTES) return opened.stream;
    const bytes = new Uint8Array(opened.length);
    let at = 0;
    for await (const piece of opened.stream) {
      bytes.set(piece, at);
      at += piece.length;
    }
    if (isProven(bytes, opened.metadata)) return new Blob([bytes]).stream();
    if (attempt > BREAKS_IN_A_ROW) {
      throw new CorruptionError("object_corrupt", {
        what,
        why: "its bytes are not those that were stored",
        fix: ["`aero storage fsck`"],
      });
    }
    connection.log("s3.get_again", { name, wrongBytes: bytes.length, attempt });
    await pause(backoffMs(attempt), signal);
  }
}

/** An object by its name in the bucket, and perhaps one version of it. */
export interface NamedObject {
  readonly name: string;
  readonly version?: string;
}

/** {@link getObject} by the name in the bucket, also of an older version. */
export async function readNamed(
  connection: S3Connection,
  object: NamedObject,
  purpose: Purpose,
  range?: GetOptions["range"],
): Promise<ReadableStream<Uint8Array>> {
  return (await open(connection, object, purpose, range)).stream;
}

async function open(
  connection: S3Connection,
  object: NamedObject,
  purpose: Purpose,
  range: GetOptions["range"],
) {
  const { what } = purpose;
  if (range !== undefined && (range.offset < 0 || (range.length ?? 1) <= 0)) throw invalidRange(what, range);
  const reply = await request(connection, object, purpose, range?.offset, range?.length);
  const length = reply.ContentLength;
  if (length === undefined) {
    await reply.Body?.transformToWebStream().cancel();
    throw new StorageError("unavailable", { what, why: "the service does not say how long the object is" });
  }
  const reading: Reading = { offset: range?.offset ?? 0, left: length, tag: reply.ETag };
  return {
    stream: resumed(connection, object, purpose, reading, webStream(reply)),
    length,
    metadata: reply.Metadata,
  };
}

function resumed(
  connection: S3Connection,
  object: NamedObject,
  purpose: Purpose,
  reading: Reading,
  first: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> {
  let reader = first.getReader();
  let breaks = 0;
  const goOn = async (error: unknown) => {
    purpose.signal?.throwIfAborted();
    const failure = asBreak(error, purpose, connection);
    if (!isStorageError(failure, "unavailable") || ++breaks > BREAKS_IN_A_ROW) throw failure;
    connection.log("s3.get_again", { name: object.name, offset: reading.offset, left: reading.left, breaks });
    await pause(backoffMs(breaks), purpose.signal);
    const reply = await request(connection, object, purpose, reading.offset, reading.left);
    const stream = webStream(reply);
    if (reply.ETag !== reading.tag || reply.ContentLength !== reading.left) {
      await stream.cancel();
      throw new StorageError("unavailable", {
        what: purpose.what,
        why: "the object was replaced while it was read",
      });
    }
    reader = stream.getReader();
  };
  const next = async (): Promise<Uint8Array | undefined> => {
    for (let broken: unknown;;) {
      try {
        if (broken !== undefined) await goOn(broken);
        broken = undefined;
        const { done, value } = await reader.read();
        purpose.signal?.throwIfAborted();
        if (!done) return value;
        if (reading.left === 0) return undefined;
        broken = new StorageError("unavailable", {
          what: purpose.what,
          why: `the reply ended ${reading.left} bytes before the object does`,
        });
      } catch (error) {
        purpose.signal?.throwIfAborted();
        // What came of going on is final, but for a service that is gone for a moment.
        if (broken !== undefined && !isStorageError(error, "unavailable")) throw error;
        if (breaks > BREAKS_IN_A_ROW) throw error;
        broken = error;
      }
    }
  };
  return new ReadableStream({
    async pull(controller) {
      try {
        const chunk = await next();
        if (chunk === undefined) return controller.close();
        breaks = 0;
        if (chunk.length > reading.left) {
          throw new StorageError("unavailable", {
            what: purpose.what,
            why: "the reply is longer than it said",
          });
        }
        reading.offset += chunk.length;
        reading.left -= chunk.length;
        controller.enqueue(chunk);
      } catch (error) {
        await reader.cancel(error).catch(() => {});
        controller.error(error);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

async function request(
  connection: S3Connection,
  { name, version }: NamedObject,
  purpose: Purpose,
  offset: number | undefined,
  length: number | undefined,
): Promise<GetObjectCommandOutput> {
  const { bucket, payer, customerKey, service } = connection.place;
  const range = offset === undefined
    ? {}
    : { Range: `bytes=${offset}-${length === undefined ? "" : offset + length - 1}` };
  const reply = await connection.call(
    purpose,
    (client, options) =>
      client.send(
        new GetObjectCommand({
          Bucket: bucket,
          Key: name,
          ...(version === undefined ? {} : { VersionId: version }),
          ...payer,
          ...customerKey,
          ...range,
        }),
        options,
      ),
    (error) => {
      const code = serviceCode(error);
      if (code === "NoSuchKey" || code === "NoSuchVersion" || (statusOf(error) === 404 && code === "")) {
        return absent(purpose.what, error);
      }
      return statusOf(error) === 416 ? invalidRange(purpose.what, { offset: offset ?? 0 }, error) : undefined;
    },
  );
  if (offset !== undefined && !isPart(reply, offset, length)) {
    await reply.Body?.transformToWebStream().cancel();
    throw new StorageError("denied", {
      what: purpose.what,
      why: `${service} does not give the parts of objects that it is asked for`,
      fix: ["see what stands between: some proxies take the header Range out of requests"],
    });
  }
  return reply;
}

/** Whether a reply is what was asked for; all of an object is that too, if it ends where the part would, or before. */
function isPart(
  { $metadata, ContentRange, ContentLength = 0 }: GetObjectCommandOutput,
  offset: number,
  length: number | undefined,
): boolean {
  if (ContentLength > (length ?? Infinity)) return false;
  if ($metadata.httpStatusCode !== 206) return offset === 0;
  return ContentRange === undefined || ContentRange.startsWith(`bytes ${offset}-`);
}

function webStream({ Body }: GetObjectCommandOutput): ReadableStream<Uint8Array> {
  return Body === undefined ? new Blob([]).stream() : Body.transformToWebStream();
}

/** A failure in the middle of a reply; the network's, whatever it calls itself. */
function asBreak(error: unknown, { what }: Purpose, { place, now }: S3Connection): unknown {
  if (error instanceof AeroError) return error;
  return s3Failure(what, error, { ...place, operation: "get", now: now() });
}

function absent(what: string, cause: unknown): StorageError {
  return new StorageError("not_found", { what, why: "there is no such object" }, { cause });
}

function invalidRange(
  what: string,
  range: { readonly offset: number; readonly length?: number },
  cause?: unknown,
): StorageError {
  const why = `the range is ${
    range.length ?? "all"
  } bytes from ${range.offset}, and is empty or past the object's end`;
  return new StorageError("invalid_range", { what, why }, { cause });
}
