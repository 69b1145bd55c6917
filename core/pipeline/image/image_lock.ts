import { UserError } from "../../errors.ts";
import type { Digest } from "../../model/digest.ts";
import type { LockEntry } from "../../model/lock.ts";
import { type ImageDigest, type ImageReference, recordedImage } from "../../plugin/environment.ts";
import { packagesOf } from "../../format/inventory_packages.ts";
import type { SystemPackage } from "./system_package.ts";

/** The image that a name stood for when it was resolved; `undefined` if it never was on this platform. */
export function lockedBase(
  lock: readonly LockEntry[],
  reference: ImageReference,
  platform: string,
): ImageDigest | undefined {
  const entry = lock.find((entry) =>
    entry.kind === "base" && entry.reference === reference && entry.platform === platform
  );
  return entry?.kind === "base" ? recordedImage(entry) : undefined;
}

/** The image that was built from these inputs; `undefined` if none was on this platform. */
export function lockedImage(
  lock: readonly LockEntry[],
  source: Digest,
  platform: string,
): ImageDigest | undefined {
  const entry = lock.find((entry) =>
    entry.kind === "image" && entry.source === source && entry.platform === platform
  );
  return entry?.kind === "image" ? recordedImage(entry) : undefined;
}

/** Which versions the declared system packages have in an image; sorted by name. What was not found is left out. */
export function lockedPackages(
  packages: readonly SystemPackage[],
  inventory: Uint8Array,
  source: Digest,
  platform: string,
): LockEntry[] {
  const found = packagesOf(inventory);
  return packages.flatMap(({ name }): LockEntry[] => {
    const bare = name.replace(/:[a-z0-9]+$/, "");
    const version = ["deb", "apk", "rpm"].map((ecosystem) => found.get(`${bare}@${ecosystem}`))
      .find((version) => version !== undefined)?.replaceAll(", ", ",");
    if (version === undefined || version === "" || /\s/.test(version)) return [];
    return [{ kind: "package", source, platform, name, version }];
  });
}

/**
 * The lock file after an update: what other platforms resolved to stays, and of this platform exactly what is in
 * use, so that entries of former environments do not pile up.
 *
 * @param inUse Entries of all environments of the project.
 */
export function mergeLock(
  lock: readonly LockEntry[],
  inUse: readonly LockEntry[],
  platform: string,
): LockEntry[] {
  return [...lock.filter((entry) => entry.platform !== platform), ...inUse];
}

/** The error for a name or an environment that the lock file does not know. */
export function lockMissing(subject: string, platform: string): UserError {
  return new UserError("lock_missing", {
    what: `Cannot tell which image ${subject} stands for`,
    why: `aero.lock has no entry for it on ${platform}`,
    fix: ["`aero build`, then commit aero.lock"],
  });
}
