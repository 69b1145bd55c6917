import type { Style } from "../cli/style.ts";
import { paintState } from "./outcome_line.ts";
import { runFacts, type ShownRun } from "./run_facts.ts";

/** A run for people: what it was, what came of it, and what to type next. */
export function runPage(known: ShownRun, style: Style): string {
  const lines = runFacts(known, style);
  const width = Math.max(...lines.map(([title]) => title.length));
  let last = "";
  const body = lines.map(([title, value]) => {
    const shown = title === last ? "" : title;
    last = title;
    return `  ${style.dim(shown.padEnd(width))}  ${value}`;
  });
  const { run, stage, state } = known.summary;
  const head = `${style.bold(stage)}  ${style.cyan(run)}  ${paintState(state, style)}`;
  return [head, ...body, "", ...nextSteps(known, style)].join("\n");
}

function nextSteps({ summary, record }: ShownRun, style: Style): string[] {
  const { run, state } = summary;
  const steps: (readonly [does: string, run: string])[] = state === "running"
    ? [["follow it", `aero logs -f ${run}`]]
    : [
      ["what it printed", `aero logs ${run}`],
      ["run it again", `aero rerun ${run}`],
      ...(state === "succeeded" ? [["judge it", `aero verify ${run}`] as const] : []),
      ["its files", `aero checkout ${run} DIR`],
      ...(record?.parent === undefined
        ? []
        : [["what changed", `aero diff ${record.parent.run} ${run}`] as const]),
    ];
  const width = Math.max(...steps.map(([does]) => does.length));
  return steps.map(([does, command]) => `  ${style.dim(does.padEnd(width))}  ${command}`);
}
