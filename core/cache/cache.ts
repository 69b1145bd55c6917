import { ObjectCache } from "./objects.ts";
import { CacheRoom, knowledgeShelf } from "./room.ts";
import { StageResults } from "./stage_results.ts";
import { openTreeCache, type TreeCache } from "./trees.ts";

/** All that a cache holds; its parts share one cap. */
export interface Cache extends Disposable {
  /** Absolute path. */
  readonly directory: string;
  readonly room: CacheRoom;
  readonly trees: TreeCache;
  readonly objects: ObjectCache;
  readonly results: StageResults;
}

/**
 * Opens the cache in `directory`, which is made if absent.
 *
 * @param maxBytes The cap; absent, a part of the disk.
 */
export async function openCacheAt(directory: string, maxBytes: number | undefined): Promise<Cache> {
  const room = new CacheRoom(directory, maxBytes);
  const trees = await openTreeCache(directory, room);
  const objects = new ObjectCache(directory, room);
  const results = await StageResults.open(`${directory}/stage-results`);
  room.add(objects);
  room.add(results);
  room.add(knowledgeShelf(directory));
  return { directory, room, trees, objects, results, [Symbol.dispose]: () => trees[Symbol.dispose]() };
}
