import * as z from "zod";
import type { TrackerCursor } from "../../../core/plugin/tracker.ts";
import { parseLoose, stringifyLoose } from "./loose_json.ts";
import type { RunPath } from "./run_path.ts";

/** Name in a run's summary under which aero keeps how far it is, as text: W&B changes numbers and nests by dots. */
export const MARK = "_aero";

/** The last line of the history, to which a value of the same step may still come. */
export interface OpenRow {
  readonly step: number;
  /** Epoch milliseconds of its first value. */
  readonly at: number;
  readonly values: Readonly<Record<string, number>>;
  /** Times of values that came later than the first. */
  readonly times: Readonly<Record<string, number>>;
}

/** The last line of the console, if its end was not sent yet. */
export interface OpenLine {
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

/** How far a run is, beside the cursor: places in the files of its stream. A function of what was sent alone. */
export interface Progress {
  readonly cursor: TrackerCursor;
  /** Lines of history. */
  readonly rows: number;
  /** Lines of the console. */
  readonly lines: number;
  /** `_step` of the last line of history; -1: none. */
  readonly step: number;
  /** When the run began, and the latest time that was told; epoch milliseconds. */
  readonly startedAt: number;
  readonly at: number;
  /** Whether `_step` is another than the program's own step somewhere. */
  readonly moved: boolean;
  readonly row?: OpenRow;
  readonly line?: OpenLine;
  /** How the run ended. */
  readonly ended?: { readonly state: "succeeded" | "failed" | "aborted" | "lost"; readonly at: number };
}

/** A run that the server has. */
export interface SentRun {
  readonly path: RunPath;
  /** The server's own id of it. */
  readonly storageId: string;
  /** Its config, as W&B has it. */
  readonly config: string;
  readonly progress: Progress;
  /** Last values, by the name in the history. */
  readonly summary: Readonly<Record<string, unknown>>;
}

const count = z.number().int().min(0);
/** Any, NaN and the infinities too. */
const number = z.custom<number>((value) => typeof value === "number");
const numbers = z.record(z.string(), number);
const progressSchema = z.strictObject({
  cursor: z.strictObject({ events: count, stdout: count, stderr: count }),
  rows: count,
  lines: count,
  step: z.number().int(),
  startedAt: z.number(),
  at: z.number(),
  moved: z.boolean(),
  row: z.strictObject({ step: number, at: z.number(), values: numbers, times: numbers }).exactOptional(),
  line: z.strictObject({ stream: z.enum(["stdout", "stderr"]), text: z.string() }).exactOptional(),
  ended: z.strictObject({ state: z.enum(["succeeded", "failed", "aborted", "lost"]), at: z.number() })
    .exactOptional(),
});

/** How far a run is, by its summary; `undefined` if aero did not send it, or its beginning is not counted yet. */
export function readProgress(summary: Readonly<Record<string, unknown>>): Progress | undefined {
  const text = summary[MARK];
  if (typeof text !== "string") return undefined;
  try {
    return progressSchema.safeParse(parseLoose(text)).data;
  } catch {
    return undefined;
  }
}

/** {@link Progress} as the summary has it. */
export function writeProgress(progress: Progress): string {
  return stringifyLoose(progress);
}

/** A run's summary as an object; empty if the server has none. */
export function readSummary(text: string | null | undefined): Record<string, unknown> {
  if (text === null || text === undefined || text === "") return {};
  try {
    const summary = parseLoose(text);
    return typeof summary === "object" && summary !== null ? { ...summary } : {};
  } catch {
    // What is not JSON holds nothing of ours.
    return {};
  }
}
