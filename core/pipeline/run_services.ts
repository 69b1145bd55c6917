import type { ObjectCache } from "../cache/objects.ts";
import type { TreeCache } from "../cache/trees.ts";
import type { StageResults } from "../cache/stage_results.ts";
import type { RunIndex } from "../history/run_index.ts";
import type { HostRecord } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import type { PluginContext } from "../plugin/context.ts";
import type { ProgramApiPlugin } from "../plugin/program_api.ts";
import type { ArtifactCatalog } from "../store/artifacts.ts";
import type { RunArchive } from "../store/runs.ts";
import type { Store } from "../store/store.ts";
import type { StateDirectory } from "./run_directory.ts";

/** What running and recording need of the project that is open. */
export interface RunServices {
  readonly state: StateDirectory;
  readonly store: Store;
  readonly catalog: ArtifactCatalog;
  readonly archive: RunArchive;
  readonly trees: TreeCache;
  readonly objects: ObjectCache;
  readonly results: StageResults;
  readonly index: RunIndex;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newRunId: () => RunId;
  readonly describeHost: () => Promise<HostRecord>;
  /** Version of aero. */
  readonly aero: string;
  /** How often the storage has been asked so far. */
  readonly requests: () => number;
  /** Sends runs to trackers while they go on; absent if there are none. */
  readonly mirrors?: RunMirrors;
  /** APIs that programs may log to; absent if there are none. */
  readonly programApis?: ProgramApis;
}

/** APIs of logging libraries, as they can be served to programs. */
export interface ProgramApis {
  readonly plugins: readonly ProgramApiPlugin[];
  readonly context: PluginContext;
}

/** Who is told what trackers say of a run, by a tracker's name. */
export interface MirrorListener {
  /** Told once for each tracker, when the run has a page there. */
  onUrl(tracker: string, url: string): void;
  /** Told when somebody asked there for the run to stop; may be told again. */
  onStopAsked(tracker: string): void;
}

/** Sends runs to trackers while they go on. Nothing in it throws, or makes a run wait. */
export interface RunMirrors {
  /**
   * Begins to send what is in a run's files; they may not be there yet.
   *
   * @returns To be disposed when the journal has its end.
   */
  begin(
    run: RunId,
    files: { readonly journal: string; readonly stdout: string; readonly stderr: string },
    listener: MirrorListener,
  ): Disposable;
}

/** Who watches a run. Every method may be called often; none may throw. */
export interface RunObserver {
  /** A stage begins; `run` names it from now on. It reads `inputs`, each written as one version: `raw:v3`. */
  started(stage: string, run: RunId, inputs: readonly string[]): void;
  stdout(bytes: Uint8Array): void;
  stderr(bytes: Uint8Array): void;
  /** What building an image prints. */
  build(bytes: Uint8Array): void;
  /** Something that may take seconds is under way; `bytes` done so far, where that is known. */
  step(text: string, bytes?: number): void;
  /** As {@link step}, for what mostly ends at once: it is told only when it lasts. */
  waiting(text: string, bytes?: number): void;
  /** A sentence for people: what is being done, or what was odd. */
  note(text: string): void;
  warn(text: string): void;
  /** Nothing more is under way. */
  done(): void;
}
