import { StorageError } from "../../plugin/storage.ts";

/** Why a storage is not asked. */
export interface Away {
  readonly location: string;
  /** Whether somebody said that it is not to be asked. */
  readonly isOffline: boolean;
  /** What it failed with; absent if it was not asked at all. */
  readonly trouble: StorageError | undefined;
}

/**
 * The error for what only a storage can answer that is not asked: `unavailable`.
 *
 * @param options.looked Whether this machine was looked at first. Default true.
 */
export function awayError(
  what: string,
  { location, isOffline, trouble }: Away,
  { looked = true }: { readonly looked?: boolean } = {},
): StorageError {
  const before = looked ? "it is not on this machine, and " : "";
  if (isOffline) {
    return new StorageError("unavailable", {
      what,
      why: `${before}${location} is not asked: offline`,
      fix: [
        "leave out `--offline`, or unset AERO_OFFLINE",
        ...(looked
          ? ["what is to be had offline is brought here beforehand: `aero pull RUN_OR_ARTIFACT`"]
          : []),
      ],
    });
  }
  const reason = trouble === undefined ? "" : `: ${trouble.report.why ?? trouble.report.what}`;
  return new StorageError("unavailable", {
    what,
    why: `${before}${location} cannot be reached${reason}`,
    fix: [...(trouble?.report.fix ?? []), "try again when it can be reached"],
  }, { cause: trouble });
}
