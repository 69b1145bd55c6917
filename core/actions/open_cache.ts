import type { App } from "../app.ts";
import { type Cache, openCacheAt } from "../cache/cache.ts";
import { loadSettings } from "../config/load.ts";
import type { Settings } from "../config/resolve_config.ts";

/** Opens the cache that the config names; also outside a project. It is closed with the app. */
export async function openCache(app: App): Promise<Cache> {
  const { cacheDirectory, cacheMaxBytes } = await settingsOf(app);
  const cache = await openCacheAt(cacheDirectory, cacheMaxBytes);
  app.closeAtEnd(cache);
  return cache;
}

/** The settings of this machine; also outside a project. */
export async function settingsOf(app: App): Promise<Settings> {
  const { root } = await app.place();
  const { settings } = root === undefined
    ? await loadSettings(await app.configSources())
    : await app.config();
  return settings;
}
