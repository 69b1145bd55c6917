import type { App } from "./app.ts";
import { openCacheAt } from "./cache/cache.ts";
import type { FlagValues } from "./config/layers.ts";
import { loadProject, loadProjectFrom, loadSettings } from "./config/load.ts";
import type { ProjectConfig } from "./config/project_config.ts";
import type { Settings } from "./config/resolve_config.ts";
import { runIdFromBytes } from "./model/run_id.ts";
import { chooseEnvironment } from "./open_environment.ts";
import { laterSignal } from "./later_signal.ts";
import { besideJournal } from "./mirror/beside_journal.ts";
import { describeHost } from "./pipeline/image/host_description.ts";
import type { EnvironmentChoice, Project } from "./pipeline/project.ts";
import type { RunServices } from "./pipeline/run_services.ts";
import { openStorage } from "./open_storage.ts";
import { sourceOpener } from "./open_sources.ts";
import type { OpenSource } from "./store/imports.ts";
import { ArtifactCatalog } from "./store/artifacts.ts";
import { RunArchive } from "./store/runs.ts";
import { openStore } from "./store/store.ts";
import { hostVariables, readSecrets } from "./user_variables.ts";

/**
 * Opens a project and its storage; outside a project, the storage that the user chose, so that a run can be had
 * again where nothing but storage is.
 *
 * @param closing Closes what is opened.
 */
export async function openProject(
  app: App,
  closing: AsyncDisposableStack,
  flags: FlagValues | undefined,
): Promise<Project> {
  const sources = await app.configSources(flags);
  const { root, state } = await app.place();
  const { config, settings } = root === undefined
    ? withoutProject(await loadSettings(sources))
    : await loadProject(root, sources).then(({ project, settings }) => ({ config: project, settings }));
  const directory = root ?? app.start;
  const openSource = sourceOpener(app, closing, config.storage, settings.dataDirectory);
  const services = await openServices(app, config, settings, { directory, openSource, closing });
  state.prepare();
  const environments = new Map<string, EnvironmentChoice>();
  return {
    directory,
    outside: root === undefined,
    cacheDirectory: settings.cacheDirectory,
    config,
    services,
    openSource,
    environment: (use) => {
      let choice = environments.get(use);
      if (choice === undefined) {
        environments.set(
          use,
          choice = chooseEnvironment(app, {
            use,
            plugins: sources.registry.environments,
            dataDirectory: settings.dataDirectory,
          }),
        );
      }
      return choice;
    },
    repository: () => app.repository(),
    configFrom: async (text, name) =>
      (await loadProjectFrom(text, sources, name, { ofCommit: config })).project,
    secrets: (names) => readSecrets(app.variables, names),
    hostVariables: hostVariables(app.variables),
  };
}

async function openServices(
  app: App,
  { storage: section, trackers }: Pick<ProjectConfig, "storage" | "trackers">,
  settings: Settings,
  { directory, openSource, closing }: {
    readonly directory: string;
    readonly openSource: OpenSource;
    readonly closing: AsyncDisposableStack;
  },
): Promise<RunServices> {
  const signal = laterSignal(app.signal, closing);
  const { storage, index, requests } = await openStorage(app, section, settings, { directory, signal });
  closing.use(storage);
  const cache = closing.use(await openCacheAt(settings.cacheDirectory, settings.cacheMaxBytes));
  const store = closing.use(
    await openStore({
      storage,
      index,
      // Not in the cache: what is on its way into the storage is no copy, and has no place under its cap.
      scratchDirectory: `${settings.dataDirectory}/scratch`,
      local: cache.objects,
      signal,
      openSource,
    }),
  );
  return {
    state: (await app.place()).state,
    store,
    catalog: new ArtifactCatalog(store),
    archive: new RunArchive(store),
    trees: cache.trees,
    objects: cache.objects,
    results: cache.results,
    index: await app.bareIndex(),
    now: () => app.io.now().getTime(),
    newRunId: () => runIdFromBytes(crypto.getRandomValues(new Uint8Array(8))),
    describeHost,
    aero: app.version,
    requests,
    programApis: {
      plugins: (await app.registry()).programApis,
      context: app.pluginContext(settings.dataDirectory),
    },
    ...(trackers.length === 0 ? {} : { mirrors: (await app.trackers()).mirrors(besideJournal(store)) }),
  };
}

function withoutProject(
  { storage, trackers, environmentUse, settings }: Awaited<ReturnType<typeof loadSettings>>,
): { config: ProjectConfig; settings: Settings } {
  return {
    config: {
      project: "none",
      storage,
      trackers,
      environment: {
        use: environmentUse,
        systemPackages: [],
        network: "none",
        env: {},
        secrets: [],
        runArgs: [],
        limits: {},
      },
      params: {},
      stages: {},
    },
    settings,
  };
}
