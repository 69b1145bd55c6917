import type { App } from "../app.ts";
import { defaultCapBytes } from "../cache/default_cap.ts";
import { StageResults } from "../cache/stage_results.ts";
import { openTreeCache, type TreeCache } from "../cache/trees.ts";
import { loadSettings } from "../config/load.ts";
import type { Settings } from "../config/resolve_config.ts";

/** The cache of this user, opened without any project or storage. */
export interface OpenCache {
  /** Absolute path. */
  readonly directory: string;
  /** The cap, in bytes: that of the config, else by the size of the disk. */
  readonly maxBytes: number;
  readonly trees: TreeCache;
  readonly results: StageResults;
}

/** Opens the cache that the config names; also outside a project. */
export async function openCache(app: App): Promise<OpenCache> {
  const { cacheDirectory: directory, cacheMaxBytes } = await settingsOf(app);
  return {
    directory,
    maxBytes: cacheMaxBytes ?? await defaultCapBytes(directory),
    trees: await openTreeCache(directory),
    results: await StageResults.open(`${directory}/stage-results`),
  };
}

/** The settings of this machine; also outside a project. */
export async function settingsOf(app: App): Promise<Settings> {
  const { root } = await app.place();
  const { settings } = root === undefined
    ? await loadSettings(await app.configSources())
    : await app.config();
  return settings;
}
