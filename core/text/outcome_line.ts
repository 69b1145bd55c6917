import type { StageResult } from "../actions/stage_result.ts";
import { formatDuration } from "../cli/human.ts";
import type { Style } from "../cli/style.ts";
import { fromMetricValue, type MetricValue } from "../model/metric.ts";
import type { ProgramExit } from "../model/run.ts";

/** `train  kqzm…  succeeded in 2.1 s  model:v3  rmse 41.2`. */
export function outcomeLine(result: StageResult, style: Style): string {
  const parts = [style.bold(result.stage), style.cyan(result.run)];
  if (result.reused) parts.push(style.dim("up to date"));
  else parts.push(`${paintState(result.state, style)} in ${formatDuration(result.durationMs)}`);
  const outputs = Object.values(result.outputs);
  if (outputs.length > 0) parts.push(outputs.join(" "));
  const metrics = Object.entries(result.metrics).map(([name, value]) => `${name} ${formatMetric(value)}`);
  if (metrics.length > 0) parts.push(style.dim(metrics.slice(0, 4).join(" ")));
  const failure = failureText(result);
  return failure === undefined ? parts.join("  ") : `${parts.join("  ")}\n  ${failure}`;
}

/** Why a run did not succeed, and where its output is. */
function failureText(result: StageResult): string | undefined {
  if (result.state === "succeeded") return undefined;
  const why = result.reason ?? (result.exit === undefined ? undefined : exitText(result.exit));
  return `${why === undefined ? "" : `${why}; `}its output: \`aero logs ${result.run}\``;
}

/** How a program ended, in words. */
export function exitText(exit: ProgramExit): string {
  switch (exit.how) {
    case "exited":
      return `the program ended with exit code ${exit.code}`;
    case "signalled":
      return `the program was ended by ${exit.signal}`;
    case "out_of_memory":
      return "the program ran out of memory and was killed";
  }
}

/** A state in its colour; the word itself says it too. */
export function paintState(state: string, style: Style): string {
  switch (state) {
    case "succeeded":
      return style.green(state);
    case "running":
      return style.cyan(state);
    default:
      return style.red(state);
  }
}

/** A number short enough for a table: six significant digits. */
export function formatMetric(value: MetricValue): string {
  const number = fromMetricValue(value);
  return Number.isInteger(number) ? String(number) : String(Number(number.toPrecision(6)));
}
