import { ListMultipartUploadsCommand, ListPartsCommand } from "@aws-sdk/client-s3";
import { abortUpload } from "./multipart_upload.ts";
import type { Purpose, S3Connection } from "./s3_connection.ts";

// A writer that is alive sends a part more often than that.
const STALE_MS = 24 * 60 * 60 * 1000;

/**
 * Ends uploads under the storage's prefix that nobody has gone on with for a day: processes that were killed leave them,
 * no listing shows them, and they are paid for.
 *
 * @returns How many.
 */
export async function abortStaleUploads(connection: S3Connection, purpose: Purpose): Promise<number> {
  const { bucket, root, payer } = connection.place;
  const before = connection.now() - STALE_MS;
  let ended = 0;
  let from: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
  while (from !== undefined) {
    const at: { KeyMarker?: string; UploadIdMarker?: string } = from;
    const page = await connection.call(
      purpose,
      (client, options) =>
        client.send(
          new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: root, ...at, ...payer }),
          options,
        ),
    );
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (Key === undefined || UploadId === undefined || (Initiated?.getTime() ?? Infinity) > before) {
        continue;
      }
      if (await goesOn(connection, Key, UploadId, before, purpose)) continue;
      await abortUpload(connection, Key, UploadId);
      ended++;
    }
    from = page.IsTruncated && page.NextKeyMarker
      ? {
        KeyMarker: page.NextKeyMarker,
        ...(page.NextUploadIdMarker ? { UploadIdMarker: page.NextUploadIdMarker } : {}),
      }
      : undefined;
  }
  return ended;
}

/** Whether a part came since: a very large object takes longer than a day. */
async function goesOn(
  connection: S3Connection,
  name: string,
  id: string,
  since: number,
  purpose: Purpose,
): Promise<boolean> {
  const { bucket, payer } = connection.place;
  let from: { PartNumberMarker?: string } | undefined = {};
  while (from !== undefined) {
    const at: { PartNumberMarker?: string } = from;
    const page = await connection.call(
      purpose,
      (client, options) =>
        client.send(
          new ListPartsCommand({ Bucket: bucket, Key: name, UploadId: id, ...at, ...payer }),
          options,
        ),
    );
    if ((page.Parts ?? []).some(({ LastModified }) => (LastModified?.getTime() ?? 0) > since)) return true;
    from = page.IsTruncated && page.NextPartNumberMarker
      ? { PartNumberMarker: page.NextPartNumberMarker }
      : undefined;
  }
  return false;
}
