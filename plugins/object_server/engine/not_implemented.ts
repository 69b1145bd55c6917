import { ObjectEngineError } from "./engine_error.ts";

/** The failure of what a bucket over a storage cannot do. */
export function notImplemented(bucket: string, why: string): ObjectEngineError {
  return new ObjectEngineError("not_implemented", { what: `Cannot do this in bucket "${bucket}"`, why });
}
