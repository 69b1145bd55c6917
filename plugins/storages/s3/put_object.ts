import { CompleteMultipartUploadCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import {
  type ObjectBody,
  type PutOptions,
  StorageError,
  type StorageKey,
} from "../../../core/plugin/storage.ts";
import { readBody } from "./body_reader.ts";
import type { ByteBudget } from "./byte_budget.ts";
import { withClaim } from "./claims.ts";
import type { ConditionalPut } from "./conditional_put.ts";
import { statusOf } from "./failure.ts";
import { type MultipartUpload, PART_BYTES, uploadParts } from "./multipart_upload.ts";
import type { PartBuffers } from "./part_buffers.ts";
import type { PartHasher } from "./part_hasher.ts";
import { proofOf } from "./proof.ts";
import type { Purpose, S3Connection } from "./s3_connection.ts";
import { isThere } from "./stat_object.ts";

/** What puts of one storage share. */
export interface PutScope {
  readonly connection: S3Connection;
  readonly conditional: ConditionalPut;
  readonly budget: ByteBudget;
  /** Of that budget. */
  readonly buffers: PartBuffers;
  /** If threads share that memory. */
  readonly hasher?: PartHasher;
}

/** Stores a body: in one request if it is small, else in parts. @throws {StorageError} As `Storage.put`. */
export async function putObject(
  scope: PutScope,
  key: StorageKey,
  body: ObjectBody,
  { ifAbsent = false, signal }: PutOptions,
): Promise<void> {
  const { connection } = scope;
  const what = `Cannot store "${key}" in ${connection.place.location}`;
  const purpose: Purpose = { operation: "put", what, signal };
  const name = connection.nameOf(key);
  if (body.size <= PART_BYTES) await putWhole(scope, name, body, purpose, ifAbsent);
  else await putInParts(scope, name, body, purpose, ifAbsent);
}

async function putWhole(
  scope: PutScope,
  name: string,
  body: ObjectBody,
  purpose: Purpose,
  ifAbsent: boolean,
): Promise<void> {
  const { connection, budget } = scope;
  using _held = await budget.take(body.size, purpose.signal);
  await using reader = readBody(body, purpose.what, purpose.signal);
  const bytes = new Uint8Array(body.size);
  await reader.fill(bytes);
  await reader.end();
  const { bucket, payer, encryption, customerKey } = connection.place;
  const put = (condition: { readonly IfNoneMatch?: "*" }, { signal }: Pick<Purpose, "signal">) =>
    connection.call({ ...purpose, signal }, (client, options) =>
      client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: name,
          Body: bytes,
          ...proofOf(bytes),
          ...payer,
          ...encryption,
          ...customerKey,
          ...condition,
        }),
        options,
      ), (error) => taken(error, purpose.what));
  await conditionally(scope, name, purpose, ifAbsent, "whole", put);
}

async function putInParts(
  scope: PutScope,
  name: string,
  body: ObjectBody,
  purpose: Purpose,
  ifAbsent: boolean,
): Promise<void> {
  const { connection } = scope;
  await using upload: MultipartUpload = await uploadParts(scope, name, body, purpose);
  const { bucket, payer, customerKey } = connection.place;
  const complete = (condition: { readonly IfNoneMatch?: "*" }, { signal }: Pick<Purpose, "signal">) =>
    connection.call({ ...purpose, signal }, (client, options) =>
      client.send(
        new CompleteMultipartUploadCommand({
          Bucket: bucket,
          Key: name,
          UploadId: upload.id,
          MultipartUpload: { Parts: [...upload.parts] },
          ...payer,
          ...customerKey,
          ...condition,
        }),
        options,
      ), (error) => taken(error, purpose.what));
  await conditionally(scope, name, purpose, ifAbsent, "parts", complete);
  upload.done();
}

/** Does what makes an object visible: as it is, with a condition that the service keeps, or under a claim. */
async function conditionally(
  { connection, conditional }: PutScope,
  name: string,
  purpose: Purpose,
  ifAbsent: boolean,
  by: "whole" | "parts",
  act: (condition: { readonly IfNoneMatch?: "*" }, scope: Pick<Purpose, "signal">) => Promise<unknown>,
): Promise<void> {
  if (!ifAbsent) return void await act({}, purpose);
  if (await conditional.isKept(by, purpose.signal)) return void await act({ IfNoneMatch: "*" }, purpose);
  const refuseIfThere = async () => {
    if (await isThere(connection, name, purpose)) throw alreadyThere(purpose.what);
  };
  await refuseIfThere();
  await withClaim(connection, name, purpose, refuseIfThere, async (signal) => {
    await act({}, { signal });
  });
}

function taken(error: unknown, what: string): StorageError | undefined {
  return statusOf(error) === 412 ? alreadyThere(what, error) : undefined;
}

function alreadyThere(what: string, cause?: unknown): StorageError {
  return new StorageError("exists", { what, why: "there is such an object already" }, { cause });
}
