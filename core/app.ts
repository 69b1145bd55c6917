import type { AppBase } from "./cli/app_base.ts";
import { type Directories, userDirectories } from "./config/directories.ts";
import { Environment as Variables } from "./config/env.ts";
import { findProject, LOCK_FILE, PROJECT_FILE } from "./config/find_project.ts";
import type { ConfigSources, LoadedConfig } from "./config/load.ts";
import type { FlagValues } from "./config/layers.ts";
import { EXIT, UserError } from "./errors.ts";
import { openRunIndex, type RunIndex } from "./history/run_index.ts";
import { observeRuns } from "./observe_runs.ts";
import type { Trackers } from "./open_trackers.ts";
import type { Project } from "./pipeline/project.ts";
import type { RunObserver } from "./pipeline/run_services.ts";
import { StateDirectory } from "./pipeline/run_directory.ts";
import type { PluginContext } from "./plugin/context.ts";
import type { Registry } from "./plugin/registry.ts";
import type { RegisteredService } from "./plugin/service.ts";
import type { Repository } from "./source/repository.ts";
import type { CleanWorktree, DirtyWorktree } from "./source/worktree.ts";

/** Where a command works: a project, or no project and the storage that the user chose. */
export interface Place {
  /** Absolute path of the project's directory; absent outside a project. */
  readonly root?: string;
  readonly state: StateDirectory;
}

/** What commands work with. Opens things when they are first needed, and closes them in the end. */
export class App implements AppBase, AsyncDisposable {
  readonly io: AppBase["io"];
  readonly printer: AppBase["printer"];
  readonly globals: AppBase["globals"];
  readonly signal: AbortSignal;
  readonly version: string;
  readonly variables: Variables;
  readonly #loadRegistry: () => Promise<Registry>;
  readonly #closing = new AsyncDisposableStack();
  #registry: Promise<Registry> | undefined;
  #directories: Promise<Directories> | undefined;
  #place: Promise<Place> | undefined;
  #index: Promise<RunIndex> | undefined;
  #mended: Promise<RunIndex> | undefined;
  #project: Promise<Project> | undefined;
  #trackers: Promise<Trackers> | undefined;
  #repository: Promise<Repository> | undefined;
  #worktree: Promise<CleanWorktree | DirtyWorktree> | undefined;
  #refreshed = false;

  /** @param loadRegistry Called when plugins are first needed: many commands need none. */
  constructor(base: AppBase, loadRegistry: () => Promise<Registry>) {
    this.io = base.io;
    this.printer = base.printer;
    this.globals = base.globals;
    this.signal = base.signal;
    this.version = base.version;
    this.#loadRegistry = loadRegistry;
    this.variables = new Variables(base.io.env);
  }

  /** All plugins. */
  registry(): Promise<Registry> {
    return this.#registry ??= this.#loadRegistry();
  }

  /** The service of a name. @throws {TypeError} if there is none: services are named by commands, not by people. */
  async service(name: string): Promise<RegisteredService> {
    const found = (await this.registry()).services.find((service) => service.name === name);
    if (found === undefined) throw new TypeError(`No service is named ${name}`);
    return found;
  }

  /** Directories of this user. @throws {UserError} `home_unknown`. */
  directories(): Promise<Directories> {
    return this.#directories ??= userDirectories(this.variables);
  }

  /** Where to look for a project from; absolute. */
  get start(): string {
    const { project } = this.globals;
    if (project === undefined) return this.io.cwd;
    return project.startsWith("/") ? project : `${this.io.cwd}/${project}`;
  }

  /** The project's directory, if there is one. */
  place(): Promise<Place> {
    return this.#place ??= this.#findPlace();
  }

  async #findPlace(): Promise<Place> {
    if (this.globals.project !== undefined) refuseUnlessDirectory(this.start);
    try {
      const root = await findProject(this.start);
      return { root, state: new StateDirectory(`${root}/.aero`) };
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== "project_not_found") throw error;
      return { state: new StateDirectory((await this.directories()).state) };
    }
  }

  /** @throws {UserError} `project_not_found`. */
  async requireRoot(): Promise<string> {
    return (await this.place()).root ?? await findProject(this.start);
  }

  /** What configs are read with. */
  async configSources(flags?: FlagValues): Promise<ConfigSources> {
    return {
      registry: await this.registry(),
      environment: this.variables,
      directories: await this.directories(),
      ...(flags === undefined ? {} : { flags }),
    };
  }

  /** The config of the project. @throws {UserError} `project_not_found`, `config_invalid`. */
  async config(flags?: FlagValues): Promise<LoadedConfig> {
    const { loadProject } = await import("./config/load.ts");
    return await loadProject(await this.requireRoot(), await this.configSources(flags));
  }

  /** Whether the storage is not to be asked. */
  get isOffline(): boolean {
    return this.globals.offline || this.variables.get("AERO_OFFLINE") === "1";
  }

  /** What plugins get. */
  pluginContext(dataDirectory: string): PluginContext {
    return {
      signal: this.signal,
      ...(this.io.urgent === undefined ? {} : { urgent: this.io.urgent }),
      now: this.io.now,
      variable: (name) => this.variables.get(name),
      log: (event, fields) =>
        this.printer.detail(`${event} ${fields === undefined ? "" : JSON.stringify(fields)}`),
      dataDirectory,
    };
  }

  /**
   * The index of past runs, once runs whose aero died are looked after. Opens no storage and no engine unless
   * there is such a run, or the index has to be made anew. Outside a project the storage is asked each time: all runs
   * are made elsewhere.
   */
  index(): Promise<RunIndex> {
    return this.#mended ??= this.#mend();
  }

  async #mend(): Promise<RunIndex> {
    const index = await this.bareIndex();
    const { state, root } = await this.place();
    const wasFilled = index.filled;
    if (!wasFilled || state.unrecorded().length > 0) {
      const { mendHistory } = await import("./pipeline/mend_history.ts");
      await mendHistory(index, state, () => this.openProject(), this.observer());
    }
    if (wasFilled && root === undefined) await this.refreshIndex();
    return index;
  }

  /**
   * Takes in runs that were stored elsewhere since the index was filled.
   * @returns Whether the storage was asked; it is, once a command.
   */
  async refreshIndex(): Promise<boolean> {
    if (this.#refreshed) return false;
    this.#refreshed = true;
    const project = await this.openProject();
    const { fillIndex, ownName } = await import("./pipeline/mend_history.ts");
    await fillIndex(project.services, ownName(project), this.observer());
    return true;
  }

  /** The index as it is. */
  bareIndex(): Promise<RunIndex> {
    return this.#index ??= this.#openIndex();
  }

  async #openIndex(): Promise<RunIndex> {
    const { state } = await this.place();
    state.prepare();
    return this.#closing.use(openRunIndex(state.indexPath));
  }

  /**
   * Opens the project with its storage; outside a project, the storage that the user chose.
   *
   * @throws {UserError} for the config; {StorageError} if the storage cannot be had.
   */
  openProject(flags?: FlagValues): Promise<Project> {
    return this.#project ??= this.#openProject(flags);
  }

  async #openProject(flags?: FlagValues): Promise<Project> {
    const { openProject } = await import("./open_project.ts");
    using _waiting = this.printer.progress({ label: "Opening the storage", unit: "items" });
    return await openProject(this, this.#closing, flags);
  }

  /** The trackers of the config; none is opened before it is needed. @throws {UserError} for the config. */
  trackers(): Promise<Trackers> {
    return this.#trackers ??= this.#openTrackers();
  }

  async #openTrackers(): Promise<Trackers> {
    const { configuredTrackers } = await import("./open_trackers.ts");
    return this.#closing.use(await configuredTrackers(this));
  }

  /** The repository that the project is in. @throws {UserError} `not_a_repository` and others. */
  repository(): Promise<Repository> {
    return this.#repository ??= this.#openRepository();
  }

  async #openRepository(): Promise<Repository> {
    const { openRepository } = await import("./source/repository.ts");
    const { root } = await this.place();
    return await openRepository(root ?? this.start, { variables: (name) => this.variables.get(name) });
  }

  /** Has git begin to look at the worktree, so that it works while aero loads. {@link worktree} tells what fails. */
  async startLooking(): Promise<void> {
    this.worktree();
    // Loading keeps this thread busy: git is started before it.
    await this.repository().catch(() => {});
  }

  /**
   * What git sees in the worktree; it is looked at once.
   * @throws {UserError} as {@link readWorktree}.
   */
  worktree(): Promise<CleanWorktree | DirtyWorktree> {
    if (this.#worktree === undefined) {
      this.#worktree = this.#lookAtWorktree();
      const looked = this.#worktree.then(() => {}, () => {});
      this.#closing.defer(() => looked);
    }
    return this.#worktree;
  }

  async #lookAtWorktree(): Promise<CleanWorktree | DirtyWorktree> {
    const { readWorktree } = await import("./source/worktree.ts");
    // Before git looks: half of a new state directory is not ignored yet.
    (await this.place()).state.prepare();
    const repository = await this.repository();
    const [worktree] = await Promise.all([
      readWorktree(repository),
      repository.readAhead([PROJECT_FILE, LOCK_FILE], { signal: this.signal }),
    ]);
    return worktree;
  }

  /** Tells people what happens in a run. */
  observer(): RunObserver {
    return observeRuns(this.printer);
  }

  /**
   * Called when a command has ended: what it had to keep on this machine is sent if the storage answers by then.
   *
   * @returns The exit code: that of the command, or the one that says that something waits.
   */
  async afterCommand(code: number): Promise<number> {
    const project = await this.#project?.catch(() => undefined);
    const held = project?.services.store.outbox?.hasHeld === true &&
      await (await import("./send_held.ts")).sendHeld(project, this);
    const mirrored = await (await this.#trackers?.catch(() => undefined))?.settle() ?? false;
    return (held || mirrored) && code === EXIT.ok ? EXIT.lagging : code;
  }

  /** Keeps something open until the command ends. */
  closeAtEnd(resource: AsyncDisposable | Disposable): void {
    this.#closing.use(resource);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#closing[Symbol.asyncDispose]();
  }
}

function refuseUnlessDirectory(path: string): void {
  try {
    if (Deno.statSync(path).isDirectory) return;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) && !(error instanceof Deno.errors.NotADirectory)) {
      throw error;
    }
  }
  throw new UserError("directory_missing", {
    what: `Cannot work in ${JSON.stringify(path)}`,
    why: "there is no such directory",
  });
}
