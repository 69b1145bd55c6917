import type { Upload, UploadName } from "../object_engine.ts";
import type { Database, Row } from "./database.ts";
import { ObjectEngineError } from "./engine_error.ts";
import type { BucketRow } from "./find_version.ts";
import { parseKept } from "./kept_json.ts";

/** Reads a row of `upload`. */
export function uploadFromRow(bucket: string, row: Row): Upload {
  return {
    bucket,
    key: row.key as string,
    uploadId: row.id as string,
    createdAt: row.created_at as number,
    initiator: row.initiator as string,
    attributes: parseKept<Upload["attributes"]>(row.attributes as string),
    ...(row.checksum === null
      ? {}
      : { checksum: parseKept<NonNullable<Upload["checksum"]>>(row.checksum as string) }),
  };
}

/**
 * An upload that is under way in a bucket, under the key that it was made with.
 *
 * @throws {ObjectEngineError} `no_such_upload`.
 */
export function requireUpload(
  database: Database,
  bucket: BucketRow,
  name: Pick<UploadName, "key" | "uploadId">,
): Upload {
  const row = database.get(
    "SELECT * FROM upload WHERE bucket = ? AND key = ? AND id = ?",
    bucket.id,
    name.key,
    name.uploadId,
  );
  if (row !== undefined) return uploadFromRow(bucket.name, row);
  throw new ObjectEngineError("no_such_upload", {
    what: `Cannot use upload ${JSON.stringify(name.uploadId)} of "${name.key}"`,
    why: "it is not under way: it was completed or aborted, or never began",
  });
}
