import type { ShownDifference } from "../actions/verify_recorded.ts";
import { formatMetric } from "./outcome_line.ts";

/** One difference as a line: `output model: model.json differs at byte 112 (3a31 → 3a32)`. */
export function differenceLine(difference: ShownDifference): string {
  switch (difference.kind) {
    case "state":
      return `ended otherwise: ${difference.a} → ${difference.b}`;
    case "metric": {
      const { metric, point, step, a, b, within, allowed } = difference;
      const show = (value: typeof a) => value === undefined ? "nothing" : formatMetric(value);
      const band = allowed === undefined
        ? "no tolerance is declared"
        : `allowed ${formatMetric(allowed.low)} to ${formatMetric(allowed.high)}`;
      const place = step !== undefined ? ` at step ${step}` : point !== undefined ? `, value ${point}` : "";
      return `metric ${metric}${place}: ${show(a)} → ${show(b)}  (${within ? "within: " : ""}${band})`;
    }
    case "output":
      return outputLine(difference);
    case "log":
      return `${difference.log} differs, and there are neither outputs nor metrics to compare`;
  }
}

type ShownOutputDifference = Extract<ShownDifference, { kind: "output" }>;

function outputLine(difference: ShownOutputDifference): string {
  const aside = difference.aside ? "  (not declared by the stage: decides nothing)" : "";
  return `${changeOf(difference)}${aside}`;
}

function changeOf(difference: ShownOutputDifference): string {
  const { output, a, b, file, change, files, bytes } = difference;
  if (a === undefined) return `output ${output}: only the rerun has it`;
  if (b === undefined) return `output ${output}: the rerun lacks it`;
  if (file === undefined) return `output ${output} differs`;
  const more = files !== undefined && files > 1 ? `, and ${files - 1} more` : "";
  if (bytes === undefined) return `output ${output}: ${file} ${change ?? "differs"}${more}`;
  return `output ${output}: ${file} differs from byte ${bytes.offset} on (${bytes.a || "end"} → ${
    bytes.b || "end"
  })${more}`;
}
