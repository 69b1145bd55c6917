import type { ExperimentVersion } from "./experiment_version.ts";
import type { LoggedFacts } from "./logged.ts";
import type { MetricPoint } from "./metric.ts";
import type { EndState, OutputRecord, ProgramExit, RunStart } from "./run.ts";

/** How far a file of metrics was taken. */
export interface MetricsPosition {
  /** Number of the file in its file system, to tell it from one that took its place. */
  readonly inode: number;
  /** Bytes up to the end of the last line that was taken. */
  readonly offset: number;
}

/**
 * One thing that happened in a run. A journal is a list of them in order: `created` first, `ended` last, and
 * nothing is ever changed in it. Times are epoch milliseconds.
 */
export type JournalEvent =
  | {
    readonly event: "created";
    readonly at: number;
    readonly start: RunStart;
    readonly version: ExperimentVersion;
  }
  | { readonly event: "started"; readonly at: number }
  | MetricsEvent
  | { readonly event: "logged"; readonly at: number; readonly facts: LoggedFacts }
  | { readonly event: "output"; readonly at: number; readonly name: string; readonly output: OutputRecord }
  | {
    readonly event: "ended";
    readonly at: number;
    readonly state: EndState;
    readonly exit?: ProgramExit;
    readonly reason?: string;
  };

/** Points that a program reported, and where they came from if that is a file that goes on. */
export interface MetricsEvent extends Partial<MetricsPosition> {
  readonly event: "metrics";
  readonly at: number;
  readonly points: readonly MetricPoint[];
}

/** What a program said of its own run in a journal's events, in order. */
export function* loggedFactsOf(events: Iterable<JournalEvent>): Generator<LoggedFacts> {
  for (const event of events) {
    if (event.event === "logged") yield event.facts;
  }
}
