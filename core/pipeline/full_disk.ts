import { OutsideError } from "../errors.ts";

/**
 * Names the disk in an error of the system that says only that some disk is full; gives any other error back.
 *
 * @param directory What was being written to: most likely on that disk.
 */
export function namingFullDisk(error: unknown, directory: string): unknown {
  if (!(error instanceof Error) || error instanceof OutsideError) return error;
  if (!["ENOSPC", "EDQUOT"].includes(String((error as { readonly code?: unknown }).code))) return error;
  // A failure to open or make something names it.
  const named = /'(\/.*)'/.exec(error.message)?.[1];
  return new OutsideError("disk_full", {
    what: `Cannot write to ${JSON.stringify(named ?? directory)}`,
    why: "no space is left on its disk",
    fix: ["free space on that disk; `aero cache prune` does where the cache is"],
  }, { cause: error });
}
