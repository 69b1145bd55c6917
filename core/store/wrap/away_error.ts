import { StorageError } from "../../plugin/storage.ts";

/** Why a storage is not asked. */
export interface Away {
  readonly location: string;
  /** Whether somebody said that it is not to be asked. */
  readonly isOffline: boolean;
  /** What it failed with; absent if it was not asked at all. */
  readonly trouble: StorageError | undefined;
}

/** The error for what is not known on this machine while a storage is not asked: `unavailable`. */
export function awayError(what: string, { location, isOffline, trouble }: Away): StorageError {
  if (isOffline) {
    return new StorageError("unavailable", {
      what,
      why: `it is not on this machine, and ${location} is not asked: offline`,
      fix: ["leave out `--offline`, or unset AERO_OFFLINE"],
    });
  }
  const reason = trouble === undefined ? "" : `: ${trouble.report.why ?? trouble.report.what}`;
  return new StorageError("unavailable", {
    what,
    why: `it is not on this machine, and ${location} cannot be reached${reason}`,
    fix: ["try again when it can be reached"],
  }, { cause: trouble });
}
