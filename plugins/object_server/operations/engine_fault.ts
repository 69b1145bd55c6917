// deno-lint-ignore-file camelcase -- error codes are the keys of the tables
import { type S3ErrorCode, S3Fault } from "../../s3_protocol/errors.ts";
import { httpDate } from "../../s3_protocol/timestamp.ts";
import { ObjectEngineError, type ObjectEngineErrorCode } from "../engine/engine_error.ts";

/** What S3 calls each failure of the engine; `undefined` for those that are ours, not the client's. */
const CODES: Readonly<Record<ObjectEngineErrorCode, S3ErrorCode | undefined>> = {
  no_such_bucket: "NoSuchBucket",
  bucket_exists: "BucketAlreadyExists",
  bucket_not_empty: "BucketNotEmpty",
  bucket_state_invalid: "InvalidBucketState",
  no_such_key: "NoSuchKey",
  no_such_version: "NoSuchVersion",
  is_delete_marker: "MethodNotAllowed",
  key_invalid: "KeyTooLongError",
  version_id_invalid: "InvalidArgument",
  invalid_range: "InvalidRange",
  precondition_failed: "PreconditionFailed",
  lock_not_enabled: "InvalidRequest",
  locked: "AccessDenied",
  no_such_upload: "NoSuchUpload",
  part_invalid: "InvalidPart",
  part_order_invalid: "InvalidPartOrder",
  part_too_small: "EntityTooSmall",
  no_such_user: undefined,
  user_exists: undefined,
  no_such_key_id: undefined,
  key_exists: undefined,
  not_implemented: "NotImplemented",
  full: "StorageFull",
  denied: "AccessDenied",
  unavailable: "ServiceUnavailable",
  corrupt: "InternalError",
  closed: "ServiceUnavailable",
};

/** What the engine says in its own words that clients want to hear in S3's. */
const MESSAGES: Partial<Record<ObjectEngineErrorCode, string>> = {
  lock_not_enabled: "The bucket has no object lock",
  key_invalid: "The key is longer than 1,024 bytes of UTF-8, or is none that this bucket can have",
  locked: "The version is under retention or legal hold",
  denied:
    "The storage under the bucket does not take this: a folder and an object cannot have one name, some names are its " +
    "own, and it may be read-only",
  corrupt: "The object is damaged",
};

/**
 * Puts what the engine threw in S3's terms; anything else comes back as it is.
 *
 * Nothing of the engine's own report is told: it may name files of this machine.
 */
export function toFault(error: unknown): unknown {
  if (!(error instanceof ObjectEngineError)) return error;
  const code = CODES[error.code];
  if (code === undefined) return error;
  const { deleteMarker, part } = error.details;
  const message = MESSAGES[error.code];
  return new S3Fault(code, {
    cause: error,
    ...(message === undefined ? {} : { message }),
    fields: {
      ...(part === undefined ? {} : { PartNumber: String(part.number) }),
      ...(error.details.condition === undefined ? {} : { Condition: error.details.condition }),
    },
    headers: deleteMarker === undefined ? headersOf(error.code) : {
      "x-amz-delete-marker": "true",
      "x-amz-version-id": deleteMarker.versionId,
      "last-modified": httpDate(deleteMarker.modifiedAt),
    },
  });
}

/**
 * Of a key that nothing was deleted from, radosgw says that no marker is why; clients that look for the header rely on
 * it. S3 has no code for damage, and to ask again does not help: aero is told by a header.
 */
function headersOf(code: ObjectEngineErrorCode): Readonly<Record<string, string>> {
  if (code === "corrupt") return { "x-aero-damaged": "true" };
  return code === "no_such_key" ? { "x-amz-delete-marker": "false" } : {};
}
