import type { Descriptor } from "./descriptor.ts";
import type { Digest } from "./digest.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import type { RunLogged } from "./logged.ts";
import type { MetricValue } from "./metric.ts";
import type { RunId } from "./run_id.ts";

/** How a program ended. */
export type ProgramExit =
  | { readonly how: "exited"; readonly code: number }
  | { readonly how: "signalled"; readonly signal: string }
  | { readonly how: "out_of_memory" };

/** How much of P1 and P2 holds for a run; `verified` is reached by a verdict, see {@link gradeWith}. */
export type RecordedGrade = "reproducible" | "draft" | "provenance";

/** What is shown: a recorded grade, or `verified`. */
export type Grade = "verified" | RecordedGrade;

/** States in which a run no longer changes. */
export type EndState = "succeeded" | "failed" | "aborted" | "lost";

/** A run's state; `running` has no record yet. */
export type RunState = "running" | EndState;

/** Why a run was made from another. */
export interface RunParent {
  readonly kind: "rerun-of" | "variant-of";
  readonly run: RunId;
}

/** Tag of reruns that were made to judge a run. */
export const VERIFY_TAG = "verify";

/** Where a run's code came from; what is not part of its version. */
export interface SourceRecord {
  /** Absent on a detached HEAD. */
  readonly branch?: string;
  /** Where the commit was pushed from, without credentials; absent if there is no remote. */
  readonly remote?: string;
  /** First line of the commit's message. */
  readonly subject: string;
  /** Packs that together hold the commit and all it needs; see FORMAT.md. */
  readonly packs: readonly Descriptor[];
}

/** The image of a run, beside the digest in its version. */
export interface ImageRecord {
  /** The name that the project gives it; can move. */
  readonly reference: string;
  /** OCI image manifest in the store: its config and layers are objects there. */
  readonly manifest: Descriptor;
  /** CycloneDX document of the packages inside. */
  readonly inventory?: Descriptor;
}

/** Bytes that a stage read. */
export interface InputRecord {
  readonly artifact: string;
  /** Label that stood for these bytes when the run started; absent if they had none. */
  readonly label?: string;
  readonly manifest: Descriptor;
  /** The run that made them, if a run did. */
  readonly run?: RunId;
}

/** Bytes that a stage wrote. */
export interface OutputRecord {
  readonly artifact: string;
  /**
   * Absent if the storage could not be reached, so that the version gets its label when it is sent; and of what a
   * program logged, where somebody added data under that name.
   */
  readonly label?: string;
  readonly manifest: Descriptor;
  readonly files: number;
  readonly bytes: number;
}

/** The machine and engine of a run: described, never part of the version. */
export interface HostRecord {
  readonly hostname: string;
  readonly user: string;
  readonly os: string;
  readonly kernel: string;
  readonly architecture: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly gpus: readonly { readonly name: string; readonly driver: string; readonly memoryBytes?: number }[];
  /** Name and version of the container engine; absent on the host environment. */
  readonly engine?: string;
}

/** Ceilings for the program. */
export interface Limits {
  readonly cpus?: number;
  readonly memoryBytes?: number;
  readonly gpus?: string;
}

/** Where a run that others' code made was taken from, and what of it has no place elsewhere in a record. */
export interface ImportedRun {
  /** Kind of tracker. */
  readonly tracker: string;
  /** Where the tracker is; no secret. */
  readonly location: string;
  /** The tracker's own id. */
  readonly id: string;
  readonly url?: string;
  readonly name: string;
  /** The tracker's group of runs. */
  readonly group: string;
  readonly tags: Readonly<Record<string, JsonValue>>;
  /** As the tracker has it: a name or a digest. */
  readonly image?: string;
  /** Data that it read, as the tracker names it. */
  readonly inputs: readonly { readonly name: string; readonly url?: string; readonly digest?: string }[];
}

/** What every run has from its beginning. */
export interface RunStart {
  readonly run: RunId;
  readonly project: string;
  readonly stage: string;
  /** Id of the experiment version. */
  readonly version: Digest;
  readonly stageKey: Digest;
  /** All stages that one command started. */
  readonly group: string;
  readonly grade: RecordedGrade;
  readonly parent?: RunParent;
  readonly tags: readonly string[];
  readonly note?: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly source: SourceRecord;
  readonly image?: ImageRecord;
  readonly inputs: Readonly<Record<string, InputRecord>>;
  readonly host: HostRecord;
  readonly limits: Limits;
  /** Names of the secrets that were passed; never their values. */
  readonly secrets: readonly string[];
  /** Version of aero. */
  readonly aero: string;
  /** Absent for runs of aero's own. */
  readonly imported?: ImportedRun;
}

/** The final, immutable document of a run. */
export interface RunRecord extends RunStart {
  readonly schema: "aero/record@1";
  readonly state: EndState;
  /** Absent if the program's end was not seen: `lost`, or ended before it began. */
  readonly exit?: ProgramExit;
  /** Why a run without a failing program did not succeed; one sentence. */
  readonly reason?: string;
  readonly endedAt: number;
  /** Empty unless `succeeded`. */
  readonly outputs: Readonly<Record<string, OutputRecord>>;
  /** Last value of each metric. */
  readonly metrics: Readonly<Record<string, MetricValue>>;
  /** What the program said of it beside metrics; absent if it said nothing. */
  readonly logged?: RunLogged;
  /** Captured output, secrets redacted. */
  readonly logs: { readonly stdout?: Descriptor; readonly stderr?: Descriptor };
  /** The whole journal. */
  readonly journal: Descriptor;
}

/** How a rerun compares with the run it judges. */
export type Verdict = "identical" | "within_tolerance" | "different";

/** A judgement; immutable, kept beside the record it judges. */
export interface VerdictRecord {
  readonly schema: "aero/verdict@1";
  readonly run: RunId;
  /** The reruns that were compared, in order; at least one. */
  readonly against: readonly RunId[];
  readonly verdict: Verdict;
  /** What differs, most telling first; empty if identical. */
  readonly differences: readonly JsonObject[];
  readonly at: number;
}

/** The grade to show for a record, given the newest verdict on it. */
export function gradeWith(recorded: RecordedGrade, newest: Verdict | undefined): Grade {
  const holds = newest !== undefined && newest !== "different";
  return recorded === "reproducible" && holds ? "verified" : recorded;
}

/** What of a run decides whether it has a grade. */
export interface GradedRun {
  readonly state: RunState;
  readonly exit?: ProgramExit;
  readonly imported?: unknown;
}

/**
 * The grade to show for a run; `undefined` if its program never began or was not seen to end: nothing came of it that
 * could be had again. What others' code made counts as they recorded it.
 */
export function shownGrade(
  { state, exit, imported }: GradedRun,
  recorded: RecordedGrade,
  newest: Verdict | undefined,
): Grade | undefined {
  const hasResult = state === "running" || state === "succeeded" || exit !== undefined ||
    imported !== undefined;
  return hasResult ? gradeWith(recorded, newest) : undefined;
}
