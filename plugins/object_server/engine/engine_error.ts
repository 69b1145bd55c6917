import { AeroError, type ErrorKind, type ErrorReport } from "../../../core/errors.ts";

/** Why the engine did not do what was asked. */
export type ObjectEngineErrorCode =
  | "no_such_bucket"
  | "bucket_exists"
  | "bucket_not_empty"
  | "bucket_state_invalid"
  | "no_such_key"
  | "no_such_version"
  | "is_delete_marker"
  | "key_invalid"
  | "version_id_invalid"
  | "invalid_range"
  | "precondition_failed"
  | "lock_not_enabled"
  | "locked"
  | "no_such_upload"
  | "part_invalid"
  | "part_order_invalid"
  | "part_too_small"
  | "no_such_user"
  | "user_exists"
  | "no_such_key_id"
  | "key_exists"
  | "not_implemented"
  | "denied"
  | "full"
  | "unavailable"
  | "corrupt"
  | "closed";

/** What an answer to the client needs beside the code. */
export interface ObjectEngineErrorDetails {
  /** The marker that is why there is no object. */
  readonly deleteMarker?: { readonly versionId: string; readonly modifiedAt: number };
  /** Who has what exists already. */
  readonly owner?: string;
  /** The precondition that failed: `if-none-match`, `if-match`, `if-match-size`, `if-match-last-modified-time`. */
  readonly condition?: string;
  /** The part at fault. */
  readonly part?: { readonly number: number; readonly etag?: string; readonly size?: number };
}

/** A failure of the object engine, told by the code; the front makes S3's error of it. */
export class ObjectEngineError extends AeroError {
  readonly kind: ErrorKind;
  declare readonly code: ObjectEngineErrorCode;
  readonly details: ObjectEngineErrorDetails;

  constructor(
    code: ObjectEngineErrorCode,
    report: ErrorReport,
    options: ErrorOptions & { readonly details?: ObjectEngineErrorDetails } = {},
  ) {
    super(code, report, options);
    this.kind = code === "corrupt" ? "corrupt" : "outside";
    this.details = options.details ?? {};
  }
}

/** Whether `error` is an {@link ObjectEngineError} with this code. */
export function isEngineError(error: unknown, code: ObjectEngineErrorCode): error is ObjectEngineError {
  return error instanceof ObjectEngineError && error.code === code;
}
