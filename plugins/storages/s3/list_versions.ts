import { HeadObjectCommand, ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { StorageError } from "../../../core/plugin/storage.ts";
import { decodedName } from "./list_objects.ts";
import type { Purpose, S3Connection } from "./s3_connection.ts";

/** The newest version of an object. */
export interface NewestVersion {
  /** Its name in the bucket. */
  readonly name: string;
  /** `null`, the word, for an object that was there before the bucket kept versions. */
  readonly version: string;
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  /** In hex; where the service has checked and kept one of all bytes. */
  readonly sha256?: string;
}

/**
 * The newest versions of all objects whose names begin with `prefix`; deleted ones are left out. A bucket that keeps no
 * versions lists its objects.
 *
 * @throws {StorageError} also if the service says that there is more and not where.
 */
export async function* listVersions(
  connection: S3Connection,
  prefix: string,
  purpose: Purpose,
): AsyncGenerator<NewestVersion> {
  const { bucket, payer, service } = connection.place;
  let from: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } = {};
  for (;;) {
    const command = new ListObjectVersionsCommand({
      Bucket: bucket,
      Prefix: prefix,
      EncodingType: "url",
      ...from,
      ...payer,
    });
    const page = await connection.call(purpose, (client, options) => client.send(command, options));
    const decode = page.EncodingType === "url" ? decodedName : (name: string) => name;
    const newest = (page.Versions ?? []).filter(({ IsLatest }) => IsLatest);
    yield* await Promise.all(newest.map(async ({ Key, VersionId, ETag, Size = 0, ChecksumAlgorithm }) => {
      const name = Key === undefined ? undefined : decode(Key);
      if (name === undefined || !name.startsWith(prefix) || !Number.isSafeInteger(Size)) {
        throw new StorageError("unavailable", {
          what: purpose.what,
          why: `what ${service} answered is not the listing that was asked for, at ${
            JSON.stringify(name ?? "")
          }`,
        });
      }
      const found = { name, version: VersionId ?? "null", etag: ETag ?? "", size: Size };
      if (!ChecksumAlgorithm?.includes("SHA256")) return found;
      const sha256 = await checksumOf(connection, found, purpose);
      return { ...found, ...(sha256 === undefined ? {} : { sha256 }) };
    }));
    if (!page.IsTruncated) return;
    const { NextKeyMarker, NextVersionIdMarker } = page;
    if (NextKeyMarker === undefined || NextKeyMarker === "") {
      throw new StorageError("unavailable", {
        what: purpose.what,
        why: `${service} cut the listing, and did not say where to go on`,
      });
    }
    from = {
      KeyMarker: decode(NextKeyMarker),
      ...(NextVersionIdMarker === undefined ? {} : { VersionIdMarker: NextVersionIdMarker }),
    };
  }
}

/** Only a checksum of all bytes is a digest; that of an upload in parts is one of checksums. */
async function checksumOf(
  connection: S3Connection,
  { name, version }: NewestVersion,
  purpose: Purpose,
): Promise<string | undefined> {
  const { bucket, payer, customerKey } = connection.place;
  const command = new HeadObjectCommand({
    Bucket: bucket,
    Key: name,
    VersionId: version,
    ChecksumMode: "ENABLED",
    ...payer,
    ...customerKey,
  });
  const { ChecksumSHA256: checksum, ChecksumType: type } = await connection.call(
    purpose,
    (client, options) => client.send(command, options),
  );
  if (checksum === undefined || checksum.includes("-") || type === "COMPOSITE") return undefined;
  return Uint8Array.fromBase64(checksum).toHex();
}
