import type { App } from "./app.ts";
import { tryLock } from "./cache/try_lock.ts";
import type { PluginSection } from "./config/project_config.ts";
import type { Settings } from "./config/resolve_config.ts";
import { OutsideError } from "./errors.ts";
import { canonicalJson } from "./format/canonical_json.ts";
import { digestOf } from "./format/digest_of.ts";
import { digestHex } from "./model/digest.ts";
import type { PluginContext } from "./plugin/context.ts";
import { isStorageError, type Storage, StorageError } from "./plugin/storage.ts";
import { KnownNames } from "./store/known_names.ts";
import { Outbox } from "./store/outbox.ts";
import { CountStorage } from "./store/wrap/count.ts";
import { LimitStorage } from "./store/wrap/limit.ts";
import { LogStorage } from "./store/wrap/log.ts";
import { OutboxStorage } from "./store/wrap/outbox.ts";
import { RetryStorage } from "./store/wrap/retry.ts";
import { UnopenedStorage } from "./store/wrap/unopened.ts";

/** The storage of a project, with what waits for it. */
export interface OpenedStorage {
  readonly storage: OutboxStorage;
  /** Path of the file of local knowledge about this storage. */
  readonly index: string;
  /** Calls that have reached the storage so far. */
  readonly requests: () => number;
}

/**
 * Opens the storage that the config names. One that cannot be reached opens too, and is away.
 *
 * @param directory What a relative `path` begins at.
 * @throws {StorageError} if it can be had but not used: `denied`, `full`.
 */
export async function openStorage(
  app: App,
  section: PluginSection,
  settings: Settings,
  { directory, signal }: { readonly directory: string; readonly signal: AbortSignal },
): Promise<OpenedStorage> {
  const context = { ...app.pluginContext(settings.dataDirectory), signal };
  const plain = await openPlugin(app, section, directory, context);
  const counted = new CountStorage(plain);
  const remote = plain instanceof UnopenedStorage
    ? counted
    : new RetryStorage(new LimitStorage(new LogStorage(counted, context)), { log: context.log });
  const index = await indexPath(settings.cacheDirectory, remote.location);
  // The first storage of the registry is one in a directory of this machine.
  const [local] = (await app.registry()).storages;
  const storage = await OutboxStorage.open({
    remote,
    outbox: new Outbox({
      directory: `${settings.dataDirectory}/outbox/${nameOf(remote.location)}`,
      open: (path) => local!.open({ path }, context),
      tryLock: (file) => tryLock(file, { exclusive: true }),
    }),
    // A disk that is away takes its names with it, and reading them from it costs no more than keeping them twice.
    ...(remote.capabilities.stagingDirectory === undefined
      ? { known: new KnownNames(index.replace(/\.db$/, ".names.db")) }
      : {}),
    offline: app.isOffline,
    now: () => app.io.now().getTime(),
    onTrouble: (error) => app.printer.warn(troubleText(remote.location, error)),
  });
  return { storage, index, requests: () => counted.requests };
}

async function openPlugin(
  app: App,
  section: PluginSection,
  directory: string,
  context: PluginContext,
): Promise<Storage> {
  const { storages } = await app.registry();
  const plugin = storages.find(({ name }) => name === section.use);
  if (plugin === undefined) throw new TypeError(`The config let through a storage named ${section.use}`);
  const options = absolutePaths(section.options, directory);
  try {
    return await plugin.open(options, context);
  } catch (error) {
    if (!(error instanceof StorageError) || !isStorageError(error, "unavailable")) throw error;
    return new UnopenedStorage(`${section.use} ${canonicalJson(options)}`, error);
  }
}

function troubleText(location: string, error: StorageError): string {
  const what = error.code === "unavailable" ? "cannot be reached" : "takes nothing more";
  const [fix] = error.report.fix ?? [];
  return `${location} ${what}: ${
    error.report.why ?? error.report.what
  }; aero goes on with what is on this machine${fix === undefined ? "" : `; ${fix}`}`;
}

/** One index for each storage, so that what is known of one is never taken for another. */
async function indexPath(cache: string, location: string): Promise<string> {
  try {
    await Deno.mkdir(`${cache}/store-index`, { recursive: true });
  } catch (error) {
    throw new OutsideError("cache_unusable", {
      what: "Cannot use the cache directory",
      why: (error as Error).message,
      fix: ["set another one: `AERO_CACHE_DIR=/some/directory aero …`", "`aero doctor`"],
    }, { cause: error });
  }
  return `${cache}/store-index/${nameOf(location)}.db`;
}

function nameOf(location: string): string {
  return digestHex(digestOf(location)).slice(0, 16);
}

/** A relative `path` is meant from the project's directory, wherever the command was typed. */
function absolutePaths(options: PluginSection["options"], directory: string): PluginSection["options"] {
  const { path } = options;
  return typeof path === "string" && !path.startsWith("/")
    ? { ...options, path: `${directory}/${path}` }
    : options;
}
