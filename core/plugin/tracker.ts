import { AeroError, type ErrorKind, type ErrorReport } from "../errors.ts";
import type { Digest } from "../model/digest.ts";
import type { ExperimentVersion } from "../model/experiment_version.ts";
import type { JsonObject, JsonValue } from "../model/json.ts";
import type { LoggedFacts } from "../model/logged.ts";
import type { MetricPoint } from "../model/metric.ts";
import type { EndState, OutputRecord, ProgramExit, RunStart } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import type { OperationOptions } from "./context.ts";

/** Why a tracker did not do what was asked. */
export type TrackerErrorCode =
  /** Not reached, too slow, or failing in a way that may pass. */
  | "tracker_unavailable"
  | "tracker_denied"
  /** It answered, and what it said cannot be, or it refused what it was sent. */
  | "tracker_refused"
  /** Events were left out: what was sent begins behind what the tracker has. */
  | "tracker_gap"
  /** Something was sent behind the end of a run. */
  | "tracker_ended"
  | "tracked_run_not_found"
  /** It has no group of runs of this name. */
  | "tracked_group_not_found"
  /** The tracker's own id does not name one run. */
  | "tracker_id_invalid"
  | "closed";

/** What is the caller's to mend. */
const USER_CODES: ReadonlySet<TrackerErrorCode> = new Set([
  "tracked_run_not_found",
  "tracked_group_not_found",
  "tracker_id_invalid",
]);

/** A tracker's failure. `tracker_unavailable` may pass; nothing else is tried again. */
export class TrackerError extends AeroError {
  readonly kind: ErrorKind;
  declare readonly code: TrackerErrorCode;
  readonly retryable: boolean;

  constructor(code: TrackerErrorCode, report: ErrorReport, options?: ErrorOptions) {
    super(code, report, options);
    this.kind = USER_CODES.has(code) ? "user" : "outside";
    this.retryable = code === "tracker_unavailable";
  }
}

/** Facts that a mirror plans by. */
export interface TrackerCapabilities {
  /** What becomes of artifacts: the tracker points to them, has copies of small ones, or knows nothing of them. */
  readonly artifacts: "link" | "copy" | "none";
  /** Whether NaN and the infinities come back as they went in. */
  readonly nonFiniteMetrics: boolean;
  /** Most metric values worth sending in one call of {@link Tracker.send}. */
  readonly maxPointsPerBatch: number;
  /** Whether it shows what a program prints. */
  readonly text: boolean;
  /** Longest time between two calls in which a run that goes on should be heard of, in milliseconds; 0: none. */
  readonly heartbeatMs: number;
}

/** What is known of a run when it begins. */
export interface TrackedStart {
  readonly start: RunStart;
  readonly version: ExperimentVersion;
  /** The version's document, canonical JSON, whose SHA-256 is `start.version`; kept by the tracker byte for byte. */
  readonly versionDocument: string;
  /** Where the run is recorded, as people write it; holds no secret. */
  readonly storage: string;
  /** Where the versions of its inputs lie, by the input's name, as far as they have an address that others can use. */
  readonly inputUrls?: Readonly<Record<string, string>>;
  /** Packages of its image, `numpy@pypi` or `libc6@deb` to the version; absent if they are not known. */
  readonly packages?: ReadonlyMap<string, string>;
}

/** One thing that happened in a run, in the order of its journal. Times are epoch milliseconds. */
export type TrackerEvent =
  | { readonly kind: "started"; readonly started: TrackedStart }
  | { readonly kind: "metrics"; readonly points: readonly MetricPoint[] }
  | LoggedEvent
  | {
    readonly kind: "output";
    readonly at: number;
    readonly name: string;
    readonly output: OutputRecord;
    /**
     * Where its version lies, if that has an address that others can use: the document that names its manifest. The
     * version of an S3 object stands behind it as `?versionId=…`.
     */
    readonly url?: string;
  }
  | {
    readonly kind: "ended";
    readonly at: number;
    readonly state: EndState;
    readonly exit?: ProgramExit;
    readonly reason?: string;
  };

/**
 * What a program said of its own run beside metrics. Params and tags have names that neither the version nor the run's
 * beginning has, and are shown beside those; a note is the whole that is to be shown.
 */
export interface LoggedEvent {
  readonly kind: "logged";
  readonly at: number;
  /** What is to be laid over what holds: of each name the last says, a tag of `null` is removed, inputs are added. */
  readonly facts: LoggedFacts;
  /** What the tags in `facts` were before, by name; without those that were not there. */
  readonly tagsBefore: Readonly<Record<string, string>>;
}

/** How much of a run a tracker has. */
export interface TrackerCursor {
  /** Events. */
  readonly events: number;
  /** Bytes of UTF-8 that the program wrote to each stream. */
  readonly stdout: number;
  readonly stderr: number;
}

/** What comes behind a cursor. */
export interface TrackerBatch {
  readonly events: readonly TrackerEvent[];
  /** Whole characters; each goes on where the cursor's count ends. May be empty. */
  readonly stdout: string;
  readonly stderr: string;
}

/** What people said of a run after it began, all of it together. */
export interface TrackerRemark {
  /** Tags that it has. */
  readonly tagged: readonly string[];
  /** Tags that it no longer has. */
  readonly untagged: readonly string[];
  /** What stands for its note, empty: it has none; absent: nobody said anything. */
  readonly note?: string;
}

/** A run as a tracker holds it, whoever made it. */
export interface ForeignRun {
  /** The tracker's own id. */
  readonly id: string;
  readonly url?: string;
  readonly name: string;
  /** The tracker's group of runs: experiment, project. */
  readonly group: string;
  readonly state: EndState | "running";
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly user?: string;
  readonly params: JsonObject;
  readonly tags: Readonly<Record<string, JsonValue>>;
  readonly note?: string;
  readonly source?: { readonly commit?: string; readonly remote?: string; readonly branch?: string };
  /** As the tracker holds it: a name or a digest. */
  readonly image?: string;
  /** Data that it read, as the tracker names it. */
  readonly inputs: readonly { readonly name: string; readonly url?: string; readonly digest?: string }[];
  /** Present for runs that aero sent. */
  readonly aero?: { readonly run: RunId; readonly project: string; readonly version: Digest };
}

/** One value of one metric, as trackers hold it. */
export interface ForeignPoint {
  readonly name: string;
  readonly value: number;
  readonly step?: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A file that a tracker keeps of a run. */
export interface ForeignFile {
  /** `/`-separated. */
  readonly path: string;
  /** Bytes, where the tracker tells. */
  readonly size?: number;
}

/** Which runs to list. */
export interface ForeignQuery {
  /** The tracker's group of runs; absent: the one of the config, and all where that names none. */
  readonly group?: string;
  /** Of all groups, whatever the config names. */
  readonly all?: true;
  /** Most runs; newest first. */
  readonly limit?: number;
}

/**
 * A mirror of run journals. The journal is the truth: a tracker may be down for a day and catch up, and is never
 * asked for what aero knows itself. Calls for different runs may be made at the same time; those for one may not.
 */
export interface Tracker extends AsyncDisposable {
  readonly capabilities: TrackerCapabilities;

  /** Where it is, for people; holds no secret. */
  readonly location: string;

  /** The group of runs that the config names; absent where each project has one of its own name. */
  readonly group?: string;

  /**
   * How much of a run it has; all zero for one that it does not know. Asked of the tracker itself, so that any
   * machine can go on.
   *
   * @throws {TrackerError} `tracker_unavailable`, `tracker_denied`, `tracker_refused`, `closed`.
   */
  cursor(run: RunId, options?: OperationOptions): Promise<TrackerCursor>;

  /**
   * Takes what comes behind `from`.
   *
   * What the tracker has already is passed over, so that sending twice is the same as once. Without events and text it
   * says that the run goes on. What it cannot hold whole is shortened, with a mark that says so, never in silence;
   * the version's document it holds byte for byte.
   * @throws {TrackerError} `tracker_gap` if `from` is behind what it has, `tracker_ended`, and those of `cursor`. What
   * was taken before a failure counts.
   */
  send(run: RunId, from: TrackerCursor, batch: TrackerBatch, options?: OperationOptions): Promise<void>;

  /**
   * Shows what people said of a run after it began; all its other tags stay. Again is the same as once. Another process
   * may be sending the run at the same time.
   *
   * @throws {TrackerError} `tracked_run_not_found` if it has nothing of the run, and those of `cursor`.
   */
  annotate(run: RunId, remark: TrackerRemark, options?: OperationOptions): Promise<void>;

  /**
   * Whether somebody asked there for the run to end, as of the last answer to `send`. Absent where nobody can ask.
   */
  stopAsked?(run: RunId): boolean;

  /** Where a person can look at the run; `undefined` until this object has sent or found it. */
  urlOf(run: RunId): string | undefined;

  /** Its own id of the run, as {@link Tracker.find} takes it; `undefined` until this object has sent or found it. */
  idOf?(run: RunId): string | undefined;

  /**
   * The run of the tracker's own id.
   *
   * @throws {TrackerError} `tracked_run_not_found`, `tracker_id_invalid`, and those of `cursor`.
   */
  find(id: string, options?: OperationOptions): Promise<ForeignRun>;

  /** The document of the experiment version of a run that aero sent; `undefined` for others. Byte for byte. */
  versionDocument(id: string, options?: OperationOptions): Promise<string | undefined>;

  /**
   * Runs, newest first; complete up to the limit or fails.
   *
   * @throws {TrackerError} `tracked_group_not_found` if a group is asked for that is not there, with names that are
   * near; and those of `cursor`.
   */
  list(query?: ForeignQuery, options?: OperationOptions): AsyncIterable<ForeignRun>;

  /** All metric values of a run, those of one name in their order. */
  points(id: string, options?: OperationOptions): AsyncIterable<ForeignPoint>;

  /** What a run printed, streams as the tracker mixes them. Absent where that is in files, or not kept. */
  text?(id: string, options?: OperationOptions): AsyncIterable<string>;

  /** Files that the tracker keeps of a run. */
  files(id: string, options?: OperationOptions): AsyncIterable<ForeignFile>;

  /** Reads one of {@link Tracker.files}. */
  readFile(id: string, path: string, options?: OperationOptions): Promise<ReadableStream<Uint8Array>>;
}

/** The cursor of a run that a tracker does not know. */
export const NOTHING_SENT: TrackerCursor = { events: 0, stdout: 0, stderr: 0 };
