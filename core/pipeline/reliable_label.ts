import type { KnownVersion } from "../model/lineage.ts";
import type { RunArchive } from "../store/runs.ts";

/**
 * Tells which labels may stand for an artifact when nobody names one: what was added, and what a run made that has
 * succeeded and is recorded. A rerun is there to be compared with what it repeats: what it made differently is no
 * newer version.
 */
export function reliableLabel(archive: RunArchive): (label: KnownVersion) => Promise<boolean> {
  return async ({ project, origin }) => {
    if (origin.kind !== "run") return true;
    const record = await archive.knownRecord(project, origin.run);
    return record?.state === "succeeded" && record.parent?.kind !== "rerun-of";
  };
}
