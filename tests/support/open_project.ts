import { makePrinter } from "../../core/cli/printer.ts";
import { NO_GLOBALS } from "../../core/cli/global_flags.ts";
import { App } from "../../core/app.ts";
import { runTracked, type TrackedRequest } from "../../core/actions/run_tracked.ts";
import type { RunRecord } from "../../core/model/run.ts";
import type { StageOutcome } from "../../core/pipeline/pipeline_runner.ts";
import type { Project } from "../../core/pipeline/project.ts";
import type { RunObserver } from "../../core/pipeline/run_services.ts";
import type { DataSourcePlugin } from "../../core/plugin/data_source.ts";
import type { ProgramApiPlugin } from "../../core/plugin/program_api.ts";
import {
  defineRegistry,
  defineStorage,
  type RegisteredTracker,
  type Registry,
} from "../../core/plugin/registry.ts";
import type { Storage, StorageKey } from "../../core/plugin/storage.ts";
import { dispatch } from "../../core/cli/dispatch.ts";
import { COMMANDS, TOPICS } from "../../core/commands/mod.ts";
import { REGISTRY } from "../../plugins/mod.ts";
import { memoryConfig } from "../../plugins/storages/memory/config.ts";
import { type MemoryObject, MemoryStorage } from "../../plugins/storages/memory/memory_storage.ts";
import { GitProject } from "./git_project.ts";
import { type MemoryIo, memoryIo, type MemoryIoOptions } from "./memory_io.ts";

/** How a {@link TestProject} is begun. */
export interface TestProjectOptions {
  /** Where runs are kept; `local` is a directory beside the project. */
  readonly storage?: "local" | "memory";
  /** Variables of the user, beside a home directory and PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** Puts something between aero and the storage in memory. */
  readonly wrap?: (storage: Storage) => Storage;
  /** Places that data comes from, beside the built-in ones. */
  readonly dataSources?: readonly DataSourcePlugin[];
  /** Kinds of trackers, beside the built-in ones. */
  readonly trackers?: readonly RegisteredTracker[];
  /** APIs that programs are served, in place of the built-in ones. */
  readonly programApis?: readonly ProgramApiPlugin[];
}

/**
 * A project in a git repository of its own, with home, cache and storage beside it. Each command opens it anew, as
 * processes do; stages run on the host unless the config says otherwise.
 */
export class TestProject implements AsyncDisposable {
  readonly git = new GitProject();
  /** What the storage in memory holds. */
  readonly objects = new Map<StorageKey, MemoryObject>();
  readonly env: Readonly<Record<string, string>>;
  /** Put between aero and the storage in memory from the next command on. */
  wrap: (storage: Storage) => Storage;
  readonly #storage: "local" | "memory";
  readonly #dataSources: readonly DataSourcePlugin[];
  readonly #trackers: readonly RegisteredTracker[];
  readonly #programApis: readonly ProgramApiPlugin[];

  constructor(options: TestProjectOptions = {}) {
    this.#storage = options.storage ?? "local";
    this.#dataSources = options.dataSources ?? [];
    this.#trackers = options.trackers ?? [];
    this.#programApis = options.programApis ?? REGISTRY.programApis;
    this.wrap = options.wrap ?? ((storage) => storage);
    this.env = { ...homeVariables((name) => this.git.beside(name)), ...options.env };
  }

  /** Top of the project. */
  get root(): string {
    return this.git.root;
  }

  /** Directory of the local storage. */
  get storagePath(): string {
    return this.git.beside("data/aero/storage");
  }

  /** Commits files and an `aero.yaml` with these settings over `use: host`; the id of the commit. */
  commit(config: Readonly<Record<string, unknown>>, files: Readonly<Record<string, string>> = {}): string {
    const whole = {
      project: "toy",
      storage: { use: this.#storage },
      environment: { use: "host" },
      ...config,
    };
    return this.git.commit({ "aero.yaml": JSON.stringify(whole, undefined, 2), ...files });
  }

  /** Opens the app of one command; the caller disposes it. */
  open(options: MemoryIoOptions = {}): App {
    const io = memoryIo({ cwd: this.root, env: this.env, ...options });
    const printer = makePrinter(io, { json: false, quiet: false, verbose: false, colour: "never" });
    return new App(
      { io, printer, globals: NO_GLOBALS, signal: io.signal, version: "0.0.0-test" },
      () => Promise.resolve(this.#registry()),
    );
  }

  #registry(): Registry {
    const memory = defineStorage({
      kind: "storage",
      name: "memory",
      summary: "Memory that several openings share",
      config: memoryConfig,
      open: () =>
        Promise.resolve(this.wrap(new MemoryStorage({ now: () => new Date(), objects: this.objects }))),
    });
    return defineRegistry({
      ...REGISTRY,
      storages: [...REGISTRY.storages, memory],
      dataSources: [...REGISTRY.dataSources, ...this.#dataSources],
      trackers: [...REGISTRY.trackers, ...this.#trackers],
      programApis: this.#programApis,
    });
  }

  /** Does something with the project open, as one command. */
  async use<T>(body: (project: Project, app: App) => Promise<T>, options: MemoryIoOptions = {}): Promise<T> {
    await using app = this.open(options);
    return await body(await app.openProject(), app);
  }

  /** Runs the pipeline tracked, as `aero run` does. */
  async run(request: Partial<TrackedRequest> = {}, options: MemoryIoOptions = {}): Promise<StageOutcome[]> {
    await using app = this.open(options);
    return await Array.fromAsync(runTracked(app, {
      stages: [],
      only: [],
      overrides: [],
      force: false,
      draft: false,
      tag: [],
      ...request,
    }));
  }

  /** Runs the pipeline, and gives the record of its last stage. */
  async record(request: Partial<TrackedRequest> = {}): Promise<RunRecord> {
    return (await this.run(request)).at(-1)!.record;
  }

  /** Types a command line. */
  async aero(
    args: readonly string[],
    options: MemoryIoOptions = {},
  ): Promise<MemoryIo & { readonly code: number }> {
    const io = memoryIo({ cwd: this.root, env: this.env, ...options });
    const code = await dispatch(args, io, {
      name: "aero",
      version: "0.0.0-test",
      about: "",
      commands: COMMANDS,
      topics: TOPICS,
      openApp: (base) => Promise.resolve(new App(base, () => Promise.resolve(this.#registry()))),
    });
    return { ...io, code };
  }

  /** Runs whose heartbeat is there: alive, or not recorded. */
  unrecorded(): string[] {
    return [...Deno.readDirSync(`${this.root}/.aero/alive`)].map(({ name }) => name);
  }

  // deno-lint-ignore require-await
  async [Symbol.asyncDispose](): Promise<void> {
    makeWritable(this.git.beside("."));
    this.git[Symbol.dispose]();
  }
}

/** A home for one test, with all that aero keeps for a user in it. */
export function homeVariables(beside: (name: string) => string): Record<string, string> {
  return {
    PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
    HOME: beside("home"),
    XDG_DATA_HOME: beside("data"),
    XDG_CACHE_HOME: beside("cache"),
    XDG_CONFIG_HOME: beside("config"),
    XDG_STATE_HOME: beside("state"),
  };
}

/** Folders that aero makes read-only cannot be emptied by those who are not root. */
export function makeWritable(directory: string): void {
  for (const entry of Deno.readDirSync(directory)) {
    if (!entry.isDirectory) continue;
    Deno.chmodSync(`${directory}/${entry.name}`, 0o755);
    makeWritable(`${directory}/${entry.name}`);
  }
}

/** Notes what it is told. */
export class NotedObserver implements RunObserver {
  readonly warnings: string[] = [];
  readonly notes: string[] = [];
  readonly waits: string[] = [];
  out = "";
  err = "";
  started(): void {}
  stdout(bytes: Uint8Array): void {
    this.out += new TextDecoder().decode(bytes);
  }
  stderr(bytes: Uint8Array): void {
    this.err += new TextDecoder().decode(bytes);
  }
  build(): void {}
  step(): void {}
  waiting(text: string): void {
    if (this.waits.at(-1) !== text) this.waits.push(text);
  }
  note(text: string): void {
    this.notes.push(text);
  }
  warn(text: string): void {
    this.warnings.push(text);
  }
  done(): void {}
}
