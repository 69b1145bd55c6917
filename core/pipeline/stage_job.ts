import type {
  ImageRecord,
  InputRecord,
  Limits,
  RecordedGrade,
  RunParent,
  SourceRecord,
} from "../model/run.ts";
import type { Secret } from "../config/secret.ts";
import type { StagePlan } from "./plan.ts";

/** One stage that is to be run: what its version says, and what only its record says. */
export interface StageJob {
  readonly plan: StagePlan;
  /** The command as the config writes it: environments whose paths are not a container's fill it in again. */
  readonly command: string | readonly string[];
  /** Names of the artifacts that the program writes. */
  readonly outputs: readonly string[];
  /** JSON file of numbers that the program writes, relative to its working directory. */
  readonly metrics?: string;
  /** Whether the program may change its copy of the code. */
  readonly codeWritable: boolean;
  /** By the stage's own name for each input. */
  readonly inputs: Readonly<Record<string, InputRecord>>;
  readonly source: SourceRecord;
  readonly image?: ImageRecord;
  readonly grade: RecordedGrade;
  /** All stages that one command started. */
  readonly group: string;
  readonly parent?: RunParent;
  readonly tags: readonly string[];
  readonly note?: string;
  readonly limits: Limits;
  /** Names of the APIs that the config asks for; absent if what the image holds decides. */
  readonly loggingApis?: readonly string[] | undefined;
  readonly secrets: Readonly<Record<string, Secret>>;
}
