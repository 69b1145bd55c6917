import type { Style } from "../cli/style.ts";
import { shortDigest } from "../model/digest.ts";
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

type Step = readonly [does: string, run: string];

function nextSteps(known: ShownRun, style: Style): string[] {
  const steps = known.start.imported === undefined ? stepsOfOwn(known) : stepsOfImported(known);
  const width = Math.max(0, ...steps.map(([does]) => does.length));
  return steps.map(([does, command]) => `  ${style.dim(does.padEnd(width))}  ${command}`);
}

function stepsOfOwn({ summary, record }: ShownRun): Step[] {
  const { run, state } = summary;
  if (state === "running") return [["follow it", `aero logs -f ${run}`]];
  return [
    ["what it printed", `aero logs ${run}`],
    ["run it again", `aero rerun ${run}`],
    ...(state === "succeeded" ? [["judge it", `aero verify ${run}`] as const] : []),
    ["its files", `aero checkout ${run} DIR`],
    ...(record?.parent === undefined
      ? []
      : [["what changed", `aero diff ${record.parent.run} ${run}`] as const]),
  ];
}

/** What can be had of a run whose code and image are not kept. */
function stepsOfImported({ summary: { run, metrics }, record, outputs }: ShownRun): Step[] {
  const [files] = Object.values(outputs);
  return [
    ...(Object.keys(record?.logs ?? {}).length === 0
      ? []
      : [["what it printed", `aero logs ${run}`] as const]),
    ...(Object.keys(metrics).length === 0 ? [] : [["its numbers", `aero metrics ${run}`] as const]),
    ...(files === undefined ? [] : [
      [
        "its files",
        `aero artifact get ${files.artifact}:${files.label ?? shortDigest(files.manifest.digest)} DIR`,
      ] as const,
    ]),
    ["compare it", `aero diff ${run} RUN`],
  ];
}
