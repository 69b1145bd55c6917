import { UserError } from "../errors.ts";
import type { ObjectId } from "./git_object.ts";
import { parseCommit } from "./commit_object.ts";
import type { ObjectReader } from "./object_reader.ts";

/**
 * Whether `commit` is one of `tips` or an ancestor of one. History that a shallow clone left out counts as none.
 */
export async function isReachable(
  commit: ObjectId,
  tips: readonly ObjectId[],
  reader: ObjectReader,
): Promise<boolean> {
  const seen = new Set(tips);
  const queue = [...tips];
  // The commit's ancestors cannot contain it, so nothing much older than it need be followed; a day allows for
  // clocks that differ.
  const oldest = (await reader.readCommit(commit)).committedAt - 86_400_000;
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    if (id === commit) return true;
    const info = await readCommit(id, reader);
    if (info === undefined || info.committedAt < oldest) continue;
    for (const parent of info.parents) {
      if (!seen.has(parent)) {
        seen.add(parent);
        queue.push(parent);
      }
    }
  }
  return false;
}

async function readCommit(id: ObjectId, reader: ObjectReader) {
  try {
    const { type, bytes } = await reader.read(id);
    return type === "commit" ? parseCommit(id, bytes) : undefined;
  } catch (error) {
    if (error instanceof UserError && error.code === "object_missing") return undefined;
    throw error;
  }
}
