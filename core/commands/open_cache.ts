import { openTreeCache, type TreeCache } from "../cache/trees.ts";
import { StageResults } from "../cache/stage_results.ts";
import { loadSettings } from "../config/load.ts";
import type { App } from "./define.ts";

/** The cache of this user, opened without any project or storage. */
export interface OpenCache {
  /** Absolute path. */
  readonly directory: string;
  /** The cap of the config, in bytes. */
  readonly maxBytes: number;
  readonly trees: TreeCache;
  readonly results: StageResults;
}

/** Opens the cache that the config names; also outside a project. */
export async function openCache(app: App): Promise<OpenCache> {
  const { root } = await app.place();
  const { settings } = root === undefined
    ? await loadSettings(await app.configSources())
    : await app.config();
  const directory = settings.cacheDirectory;
  return {
    directory,
    maxBytes: settings.cacheMaxBytes,
    trees: await openTreeCache(directory),
    results: await StageResults.open(`${directory}/stage-results`),
  };
}
