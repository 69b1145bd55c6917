import { isAbort } from "../../../core/errors.ts";
import { ObjectEngineError } from "./engine_error.ts";

/**
 * Tells an error of the file system as the engine's.
 *
 * @returns `error` itself if the file system did not raise it.
 */
export function fileFailure(what: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ObjectEngineError || isAbort(error)) return error;
  const code = (error as Error & { code?: unknown }).code;
  // 28 and 122 are ENOSPC and EDQUOT on Linux, for systems on which they come without a name.
  if (code === "ENOSPC" || code === "EDQUOT" || /\(os error (28|122)\)/.test(error.message)) {
    return new ObjectEngineError("full", {
      what,
      why: "the disk of the data directory is full",
      fix: ["free some space, or move the data directory to another disk"],
    }, { cause: error });
  }
  if (typeof code !== "string" && !/\(os error [0-9]+\)/.test(error.message)) return error;
  return new ObjectEngineError("unavailable", { what, why: error.message }, { cause: error });
}
