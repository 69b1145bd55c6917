import { padToWidth, textWidth } from "../cli/width.ts";
import { toMetricValue } from "../model/metric.ts";
import { formatMetric } from "./outcome_line.ts";

/** A value, and where it stands; without a step, values stand one apart. */
export interface PlotPoint {
  readonly step?: number;
  readonly value: number;
}

const ROWS = 8;
const EIGHTHS = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/**
 * Draws values over steps as bars in eighths of a cell, with the range at the left and the steps below. Where
 * several values fall into one cell, it shows their mean; where none does, it stays empty. Values that are not
 * finite are left out, and counted.
 *
 * @param columns Width in cells.
 */
export function drawPlot(points: readonly PlotPoint[], columns: number): string {
  const drawn = points.map(({ step, value }, i) => ({ x: step ?? i, y: value })).filter(({ y }) =>
    Number.isFinite(y)
  );
  const lost = points.length - drawn.length;
  const note = lost === 0 ? "" : `${lost} of ${points.length} values are not finite`;
  if (drawn.length === 0) return note === "" ? "no points\n" : `${note}\n`;
  const [low, high] = range(drawn.map(({ y }) => y));
  const [first, last] = range(drawn.map(({ x }) => x));
  // Equal values stand at half of the height, under one label.
  const labels: Readonly<Record<number, string>> = high === low
    ? { [ROWS / 2]: numberText(high) }
    : { 0: numberText(high), [ROWS - 1]: numberText(low) };
  const margin = Math.max(...Object.values(labels).map(textWidth)) + 1;
  // A cell for each value leaves no gaps between few of them.
  const width = Math.max(1, Math.min(columns - margin - 2, new Set(drawn.map(({ x }) => x)).size));
  const heights = means(drawn, width, first, last)
    .map((mean) => mean === undefined ? 0 : heightOf(mean, low, high));
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const floor = (ROWS - 1 - i) * 8;
    const bars = heights.map((height) => EIGHTHS[Math.max(0, Math.min(8, height - floor))]!).join("");
    return `${padToWidth(labels[i] ?? "", margin, "right")}│${bars}`.trimEnd();
  });
  const [left, right] = [numberText(first), numberText(last)];
  const axis = `${" ".repeat(margin)}└${"─".repeat(width)}`;
  const steps = first === last
    ? left
    : left + padToWidth(right, Math.max(right.length + 1, width - left.length), "right");
  return [...rows, axis, `${" ".repeat(margin + 1)}${steps}`, ...(note === "" ? [] : [note])].join("\n") +
    "\n";
}

/** At least one eighth, so that the least value is seen. */
function heightOf(value: number, low: number, high: number): number {
  return high === low ? ROWS * 4 : 1 + Math.round((value - low) / (high - low) * (ROWS * 8 - 1));
}

function means(
  points: readonly { readonly x: number; readonly y: number }[],
  width: number,
  first: number,
  last: number,
): (number | undefined)[] {
  const sums = new Array<number>(width).fill(0), counts = new Array<number>(width).fill(0);
  for (const { x, y } of points) {
    const cell = last === first ? 0 : Math.min(width - 1, Math.floor((x - first) / (last - first) * width));
    sums[cell]! += y;
    counts[cell]!++;
  }
  return sums.map((sum, i) => counts[i] === 0 ? undefined : sum / counts[i]!);
}

/** By hand: spreading a million values into Math.max exhausts the stack. */
function range(values: readonly number[]): [number, number] {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function numberText(value: number): string {
  return formatMetric(toMetricValue(value));
}
