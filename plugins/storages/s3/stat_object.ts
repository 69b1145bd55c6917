import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { StorageError } from "../../../core/plugin/storage.ts";
import { serviceCode, statusOf } from "./failure.ts";
import type { Purpose, S3Connection } from "./s3_connection.ts";

/** What the service says of an object. */
export interface ObjectFacts {
  /** Bytes. */
  readonly size: number;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
  /** Of a bucket that keeps versions. */
  readonly version?: string;
}

/** Asks for an object; `undefined` if there is none in a bucket that is there. @throws {StorageError} */
export async function statObject(
  connection: S3Connection,
  name: string,
  purpose: Purpose,
): Promise<ObjectFacts | undefined> {
  const { bucket, payer, customerKey, client } = connection.place;
  const about = { Bucket: bucket, Key: name, ...payer, ...customerKey };
  purpose.signal?.throwIfAborted();
  let status: number;
  try {
    const { ContentLength, LastModified, VersionId } = await client.send(
      new HeadObjectCommand(about),
      purpose.signal === undefined ? {} : { abortSignal: purpose.signal },
    );
    return {
      size: ContentLength ?? 0,
      modifiedAt: LastModified?.getTime() ?? 0,
      ...(VersionId === undefined || VersionId === "null" ? {} : { version: VersionId }),
    };
  } catch (error) {
    purpose.signal?.throwIfAborted();
    status = statusOf(error);
    if (status === 0 || status >= 500 || status === 429) {
      // Told as any other failure.
      return await connection.call(purpose, () => Promise.reject(error));
    }
  }
  if (status === 404) {
    await connection.assertBucket(purpose);
    return undefined;
  }
  // A reply to HEAD has no body, so it does not say what is wrong; that to GET does.
  const { Body, ContentRange, LastModified } = await connection.call(
    purpose,
    (client, options) => client.send(new GetObjectCommand({ ...about, Range: "bytes=0-0" }), options),
    (error) => serviceCode(error) === "NoSuchKey" ? ABSENT : undefined,
  ).catch((error) => {
    if (error === ABSENT) return {} as Partial<Record<"Body" | "ContentRange" | "LastModified", undefined>>;
    throw error;
  });
  if (Body === undefined) return undefined;
  await Body.transformToWebStream().cancel();
  return { size: Number(ContentRange?.split("/")[1] ?? 0), modifiedAt: LastModified?.getTime() ?? 0 };
}

const ABSENT = new StorageError("not_found", { what: "Cannot find the object" });

/** Whether there is an object of this name. @throws {StorageError} */
export async function isThere(connection: S3Connection, name: string, purpose: Purpose): Promise<boolean> {
  return await statObject(connection, name, purpose) !== undefined;
}
