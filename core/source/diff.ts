import type { ObjectId } from "./git_object.ts";
import type { ObjectReader } from "./object_reader.ts";
import { treeEntries } from "./tree_entries.ts";

/** A path that differs between two trees; a rename is one removed and one added. */
export interface TreeChange {
  readonly path: string;
  /** `modified`: other bytes, or another mode. */
  readonly change: "added" | "removed" | "modified";
}

/**
 * What changed from tree `a` to tree `b`, sorted by path.
 *
 * @throws {UserError} As `readWholeTree`.
 */
export async function diffTrees(reader: ObjectReader, a: ObjectId, b: ObjectId): Promise<TreeChange[]> {
  if (a === b) return [];
  const before = new Map((await treeEntries(reader, a)).map((entry) => [entry.path, entry]));
  const changes: TreeChange[] = [];
  for (const { path, oid, mode } of await treeEntries(reader, b)) {
    const old = before.get(path);
    before.delete(path);
    if (old === undefined) changes.push({ path, change: "added" });
    else if (old.oid !== oid || old.mode !== mode) changes.push({ path, change: "modified" });
  }
  for (const path of before.keys()) changes.push({ path, change: "removed" });
  return changes.sort((x, y) => x.path < y.path ? -1 : 1);
}
