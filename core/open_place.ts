import type { App } from "./app.ts";
import { loadProject, loadSettings } from "./config/load.ts";
import { parseStoragePlace } from "./config/storage_place.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "./model/json.ts";
import { readYaml } from "./config/yaml_text.ts";
import { UserError } from "./errors.ts";
import { MARKER_KEY } from "./store/keys.ts";
import { openStorage } from "./open_storage.ts";
import { openStore, type Store } from "./store/store.ts";
import type { PluginSection } from "./config/project_config.ts";

/** A storage that was named at the command line. */
export interface OpenedPlace {
  readonly section: PluginSection;
  /** The store in it, without what waits for it on this machine. Closed when the command ends. */
  readonly store: Store;
  /** Whether something waits for it on this machine. */
  readonly hasWaiting: boolean;
}

/**
 * Opens the store in a storage that is named as {@link parseStoragePlace} says; an empty one becomes a store.
 *
 * @param options.exists Whether it must be a store already.
 * @throws {UserError} `place_invalid`, `store_not_found`; {StorageError} if the storage cannot be had.
 */
export async function openPlace(
  app: App,
  text: string,
  options: { readonly exists?: boolean } = {},
): Promise<OpenedPlace> {
  const sources = await app.configSources();
  const { root } = await app.place();
  const { own, settings } = root === undefined
    ? await loadSettings(sources).then(({ storage, settings }) => ({ own: storage, settings }))
    : await loadProject(root, sources).then(({ project, settings }) => ({ own: project.storage, settings }));
  const section = parseStoragePlace(text, {
    storages: sources.registry.storages,
    profiles: await userProfiles(`${sources.directories.config}/config.yaml`),
    own,
    cwd: app.io.cwd,
  });
  const directory = root ?? app.start;
  const { storage, index } = await openStorage(app, section, settings, { directory, signal: app.signal });
  app.closeAtEnd(storage);
  if (options.exists && await storage.remote.stat(MARKER_KEY, { signal: app.signal }) === undefined) {
    throw new UserError("store_not_found", {
      what: `Cannot find anything of aero's in ${storage.remote.location}`,
      why: `there is no ${MARKER_KEY} in it`,
      fix: [
        "name the storage that things are kept in: a profile of yours, local:PATH or use=KIND,OPTION=VALUE,…",
      ],
    });
  }
  const store = await openStore({
    storage: storage.remote,
    index,
    scratchDirectory: `${settings.cacheDirectory}/scratch`,
    signal: app.signal,
  });
  app.closeAtEnd(store);
  return { section, store, hasWaiting: storage.outbox.hasWaiting };
}

/** The profiles of the user's own config file, by name; empty if there is no file. */
export async function userProfiles(file: string): Promise<Readonly<Record<string, JsonValue>>> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
  const value = readYaml(text, file).value as JsonValue;
  const profiles = isJsonObject(value) ? (value as JsonObject).profiles : undefined;
  return profiles !== undefined && isJsonObject(profiles) ? profiles as JsonObject : {};
}
