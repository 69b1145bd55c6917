import type { RunSummary } from "./run_summary.ts";

/** Whether a run was made to be compared with the one that it repeats. */
export function isRerun({ parent }: Pick<RunSummary, "parent">): boolean {
  return parent?.kind === "rerun-of";
}

/** Runs in their order, those that repeat others behind all that do not: a rerun stands for a run only where none is left. */
export function originalsFirst<Run extends Pick<RunSummary, "parent">>(runs: readonly Run[]): Run[] {
  return [...runs.filter((run) => !isRerun(run)), ...runs.filter(isRerun)];
}
