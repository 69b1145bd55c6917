import type { App } from "../app.ts";
import { bytesOf, type CacheContent, planPrune } from "../cache/prune.ts";
import type { Evictable } from "../cache/room.ts";
import { readJournal } from "../format/journal_format.ts";
import type { Digest } from "../model/digest.ts";
import type { StateDirectory } from "../pipeline/run_directory.ts";
import { openCache } from "./open_cache.ts";

/** What pruning removed, or would. */
export interface PrunedCache {
  readonly type: "cache-prune";
  readonly directory: string;
  readonly dryRun: boolean;
  readonly trees: number;
  readonly objects: number;
  readonly results: number;
  /** Of what is removed. */
  readonly bytes: number;
  /** Of what stays. */
  readonly keptBytes: number;
}

/**
 * Removes what is longest unused from the cache.
 *
 * @param options.keepBytes Default: the cap of the config.
 */
export async function pruneCache(
  app: App,
  options: { readonly dryRun: boolean; readonly keepBytes?: number },
): Promise<PrunedCache> {
  const cache = await openCache(app);
  const { state } = await app.place();
  const content = {
    trees: cache.trees.list(),
    objects: cache.objects.evictables(),
    results: cache.results.list(),
  };
  const plan = planPrune(content, {
    keepBytes: options.keepBytes ?? await cache.room.maxBytes(),
    inUse: inputsOfRunning(state),
  });
  // What another process is using stays.
  const go = ({ evict }: Evictable): boolean => {
    app.signal.throwIfAborted();
    return options.dryRun || evict();
  };
  const gone = {
    trees: plan.trees.filter(go),
    objects: plan.objects.filter(go),
    results: plan.results.filter(go),
  };
  // Counts what is left, and removes what was left half made.
  if (!options.dryRun) cache.room.shrinkTo(Infinity);
  const sum = ({ trees, objects, results }: CacheContent) =>
    bytesOf(trees) + bytesOf(objects) + bytesOf(results);
  return {
    type: "cache-prune",
    directory: cache.directory,
    dryRun: options.dryRun,
    trees: gone.trees.length,
    objects: gone.objects.length,
    results: gone.results.length,
    bytes: sum(gone),
    keptBytes: sum(content) - sum(gone),
  };
}

/**
 * Brings the cache under its cap where it is over it, as when the cap was lowered: nothing is put in without room.
 *
 * A cache that cannot be pruned is a warning: what the command was for is done.
 */
export async function keepUnderCap(app: App): Promise<void> {
  try {
    const cache = await openCache(app);
    cache.room.shrinkTo(await cache.room.maxBytes());
  } catch (error) {
    // Only what the system refuses; anything else is a bug.
    if (!(error instanceof Error && "code" in error)) throw error;
    app.printer.warn(`the cache was not pruned: ${error.message}`);
  }
}

/** Manifests that runs which go on may be reading. */
function inputsOfRunning(state: StateDirectory): Set<Digest> {
  return new Set(
    state.unrecorded().flatMap((run) => {
      const created = firstEvent(state.run(run).journal);
      return created?.event === "created"
        ? Object.values(created.start.inputs).map(({ manifest }) => manifest.digest)
        : [];
    }),
  );
}

function firstEvent(journal: string) {
  try {
    return readJournal(Deno.readFileSync(journal)).events[0];
  } catch (error) {
    // It has just begun, or was recorded meanwhile.
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
