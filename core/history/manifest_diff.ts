import { compareBytes, type Manifest, type ManifestEntry } from "../model/manifest.ts";
import type { RelativePath } from "../model/relative_path.ts";

/** A path that differs between two manifests; a rename is one removed and one added. */
export interface FileChange {
  readonly path: RelativePath;
  /** `modified`: other bytes, another target, or another executable bit. */
  readonly change: "added" | "removed" | "modified";
  /** In the first manifest; absent if added. */
  readonly before?: ManifestEntry;
  /** In the second; absent if removed. */
  readonly after?: ManifestEntry;
}

/** What changed from one manifest to another, sorted by the bytes of the path. */
export function diffManifests(a: Manifest, b: Manifest): FileChange[] {
  const changes: FileChange[] = [];
  let i = 0, j = 0;
  while (i < a.entries.length || j < b.entries.length) {
    const before = a.entries[i], after = b.entries[j];
    const order = before === undefined ? 1 : after === undefined ? -1 : compareBytes(before.path, after.path);
    if (order < 0) {
      changes.push({ path: before!.path, change: "removed", before: before! });
      i++;
    } else if (order > 0) {
      changes.push({ path: after!.path, change: "added", after: after! });
      j++;
    } else {
      if (!isSame(before!, after!)) {
        changes.push({ path: before!.path, change: "modified", before: before!, after: after! });
      }
      i++;
      j++;
    }
  }
  return changes;
}

function isSame(a: ManifestEntry, b: ManifestEntry): boolean {
  if (a.kind === "link" || b.kind === "link") {
    return a.kind === "link" && b.kind === "link" && a.target === b.target;
  }
  return a.digest === b.digest && a.executable === b.executable;
}
