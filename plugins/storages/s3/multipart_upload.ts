import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { pause } from "../../../core/plugin/pause.ts";
import { isStorageError, type ObjectBody, StorageError } from "../../../core/plugin/storage.ts";
import { backoffMs } from "./backoff.ts";
import { readBody } from "./body_reader.ts";
import type { PutScope } from "./put_object.ts";
import type { Purpose, S3Connection } from "./s3_connection.ts";

const MIB = 1024 * 1024;
// From here on a thread for the digests of parts pays.
const THREAD_BYTES = 64 * MIB;
/** What is larger goes in parts of at least this size; bytes. Least in S3 is 5 MiB. */
export const PART_BYTES = 8 * MIB;
// Both: "Amazon S3 multipart upload limits".
const MAX_PARTS = 10_000;
/** Largest object that parts make up; bytes. */
export const MAX_OBJECT_BYTES = 5 * 1024 ** 4;

// Each part is held twice while it is sent, so more than this much of one body would not stay flat.
const PARTS_UNDER_WAY = 3;
const FILE_PARTS_UNDER_WAY = 4;
// Only parts are tried again here: one that fails must not cost all the others. Whoever called tries the whole again.
const PART_ATTEMPTS = 4;
// Nobody here takes the tag of a part for its MD5, which our own server spends more time on than on all else.
const NO_MD5 = { "x-aero-etag": "sha256" } as const;

/** Parts that lie in the service, and are no object yet. Disposed before {@link MultipartUpload.done}, they go. */
export interface MultipartUpload extends AsyncDisposable {
  readonly id: string;
  readonly parts: readonly { readonly PartNumber: number; readonly ETag: string }[];
  /** They have become an object. */
  done(): void;
}

/** Size of parts for an object of `size` bytes: whole MiB. */
function partBytesFor(size: number): number {
  return Math.max(PART_BYTES, Math.ceil(size / MAX_PARTS / MIB) * MIB);
}

/** Sends all parts of a body, some at once. @throws {StorageError}; nothing is left then. */
export async function uploadParts(
  { connection, buffers, hasher }: Pick<PutScope, "connection" | "buffers" | "hasher">,
  name: string,
  body: ObjectBody,
  purpose: Purpose,
): Promise<MultipartUpload> {
  if (body.size > MAX_OBJECT_BYTES) {
    throw new StorageError("full", {
      what: purpose.what,
      why: `the object has ${body.size} bytes, and ${MAX_OBJECT_BYTES} is the limit`,
    });
  }
  await using reader = readBody(body, purpose.what, purpose.signal);
  const id = await begin(connection, name, purpose);
  const parts: { PartNumber: number; ETag: string }[] = [];
  let done = false;
  const upload: MultipartUpload = {
    id,
    parts,
    done: () => done = true,
    [Symbol.asyncDispose]: async () => {
      if (!done) await abortUpload(connection, name, id);
    },
  };
  const failed = new AbortController();
  const signal = purpose.signal === undefined
    ? failed.signal
    : AbortSignal.any([purpose.signal, failed.signal]);
  const underWay = new Set<Promise<void>>();
  try {
    const lanes = body.path === undefined ? PARTS_UNDER_WAY : FILE_PARTS_UNDER_WAY;
    const partBytes = partBytesFor(body.size);
    for (let at = 0; at < body.size; at += partBytes) {
      while (underWay.size >= lanes) await Promise.race(underWay);
      const buffer = await buffers.take(partBytes, Math.min(partBytes, body.size - at), signal);
      try {
        const { bytes } = buffer;
        await reader.fill(bytes);
        // What failed meanwhile ended the race with nobody waiting.
        signal.throwIfAborted();
        const number = at / partBytes + 1;
        const send = async () => {
          const sha256 = body.size >= THREAD_BYTES && bytes.buffer instanceof SharedArrayBuffer
            ? await hasher?.hash(bytes.buffer, bytes.length)
            : undefined;
          return await sendPart(connection, { name, id, number, bytes, sha256 }, { ...purpose, signal });
        };
        const sent: Promise<void> = send()
          .then(
            (tag) => void (parts[number - 1] = { PartNumber: number, ETag: tag }),
            (error) => failed.abort(error),
          )
          .finally(() => {
            buffer[Symbol.dispose]();
            underWay.delete(sent);
          });
        underWay.add(sent);
      } catch (error) {
        buffer[Symbol.dispose]();
        throw error;
      }
    }
    await reader.end();
    await Promise.all(underWay);
    signal.throwIfAborted();
    return upload;
  } catch (error) {
    failed.abort(error);
    await Promise.all(underWay);
    await upload[Symbol.asyncDispose]();
    purpose.signal?.throwIfAborted();
    throw error;
  }
}

async function begin(connection: S3Connection, name: string, purpose: Purpose): Promise<string> {
  const { bucket, payer, encryption, customerKey } = connection.place;
  const { UploadId } = await connection.call(purpose, (client, options) =>
    client.send(
      new CreateMultipartUploadCommand({
        Bucket: bucket,
        Key: name,
        ...payer,
        ...encryption,
        ...customerKey,
      }),
      options,
    ));
  if (UploadId !== undefined) return UploadId;
  throw new StorageError("unavailable", { what: purpose.what, why: "the service began no upload" });
}

/** A part of an upload. */
interface Part {
  readonly name: string;
  readonly id: string;
  readonly number: number;
  readonly bytes: Uint8Array;
  /** In hex, if it was taken already. */
  readonly sha256: string | undefined;
}

async function sendPart(
  connection: S3Connection,
  { name, id, number, bytes, sha256 }: Part,
  purpose: Purpose,
): Promise<string> {
  const { bucket, payer, customerKey } = connection.place;
  for (let attempt = 1;; attempt++) {
    try {
      const command = new UploadPartCommand({
        Bucket: bucket,
        Key: name,
        UploadId: id,
        PartNumber: number,
        Body: bytes,
        ...payer,
        ...customerKey,
      });
      addHeaders(command, { ...NO_MD5, ...(sha256 === undefined ? {} : { "x-amz-content-sha256": sha256 }) });
      const { ETag } = await connection.call(purpose, (client, options) => client.send(command, options));
      if (ETag !== undefined) return ETag;
      throw new StorageError("unavailable", {
        what: purpose.what,
        why: `part ${number} was stored without a tag`,
      });
    } catch (error) {
      if (attempt >= PART_ATTEMPTS || !isStorageError(error, "unavailable")) throw error;
      connection.log("s3.part_again", { name, number, attempt });
      await pause(backoffMs(attempt), purpose.signal);
    }
  }
}

/** Adds headers to a request before it is signed; a digest of its body among them is not taken again. */
function addHeaders(command: UploadPartCommand, headers: Readonly<Record<string, string>>): void {
  command.middlewareStack.add(
    (next) => (args) => {
      Object.assign((args.request as { headers: Record<string, string> }).headers, headers);
      return next(args);
    },
    { step: "build", name: "addedHeaders" },
  );
}

// An abort that is not answered must not hold up whoever is told of the failure.
const ABORT_WITHIN_MS = 10_000;

/** Lets go of an upload's parts; what is left by a service that is gone is swept up later, as by a killed process. */
export async function abortUpload(connection: S3Connection, name: string, id: string): Promise<void> {
  const { bucket, payer } = connection.place;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ABORT_WITHIN_MS);
  try {
    await connection.place.client.send(
      new AbortMultipartUploadCommand({ Bucket: bucket, Key: name, UploadId: id, ...payer }),
      { abortSignal: late.signal },
    );
  } catch (error) {
    connection.log("s3.abort_failed", { name, error: (error as Error).name });
  } finally {
    clearTimeout(timer);
  }
}
