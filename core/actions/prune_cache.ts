import type { App } from "../app.ts";
import { bytesOf, planPrune } from "../cache/prune.ts";
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
  readonly results: number;
  /** Of what is removed. */
  readonly bytes: number;
  /** Of what stays. */
  readonly keptBytes: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

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
  const content = { trees: cache.trees.list(), results: cache.results.list() };
  const plan = planPrune(content, {
    keepBytes: options.keepBytes ?? cache.maxBytes,
    inUse: inputsOfRunning(state),
  });
  if (!options.dryRun) {
    for (const { manifest } of plan.trees) {
      app.signal.throwIfAborted();
      cache.trees.remove(manifest);
    }
    for (const { key } of plan.results) await cache.results.remove(key);
    cache.trees.removeLeftovers(app.io.now().getTime() - DAY_MS);
  }
  const bytes = bytesOf(plan.trees) + bytesOf(plan.results);
  return {
    type: "cache-prune",
    directory: cache.directory,
    dryRun: options.dryRun,
    trees: plan.trees.length,
    results: plan.results.length,
    bytes,
    keptBytes: bytesOf(content.trees) + bytesOf(content.results) - bytes,
  };
}

/**
 * Brings the cache under its cap where it is over it, by removing trees that are longest unused. What was used
 * within the hour stays, since whoever uses it may not be done; so do inputs of this project's runs that go on.
 *
 * A cache that cannot be pruned is a warning: what the command was for is done.
 */
export async function keepUnderCap(app: App): Promise<void> {
  try {
    const cache = await openCache(app);
    const trees = cache.trees.list();
    if (bytesOf(trees) <= cache.maxBytes) return;
    const { state } = await app.place();
    const since = app.io.now().getTime() - HOUR_MS;
    const recent = trees.filter(({ usedAt }) => usedAt >= since).map(({ manifest }) => manifest);
    const plan = planPrune({ trees, results: [] }, {
      keepBytes: cache.maxBytes,
      inUse: inputsOfRunning(state).union(new Set(recent)),
    });
    for (const { manifest } of plan.trees) cache.trees.remove(manifest);
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
