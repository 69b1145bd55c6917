import type { ShownComparison } from "../actions/compare_recorded.ts";
import { escapeInline } from "../cli/escape.ts";
import type { Style } from "../cli/style.ts";
import type { ArtifactComparison } from "../history/compare.ts";
import type { MetricChange } from "../history/metric_change.ts";
import type { ValueChange } from "../history/value_change.ts";
import { shortDigest } from "../model/digest.ts";
import { quoteCommand } from "../model/quote_command.ts";
import { changeCounts, fileChangeLines } from "./file_changes_text.ts";
import { formatMetric } from "./outcome_line.ts";
import { paramText } from "./value_columns.ts";

/** A comparison for people: a section for each thing that differs. */
export function comparisonText(comparison: ShownComparison, style: Style): string {
  const { runs, stages, code, image, inputs, outputs, params, logged, command, environment, host, metrics } =
    comparison;
  const sections: (readonly [title: string, lines: readonly string[]])[] = [
    ["code", code === undefined ? [] : codeLines(code, style)],
    ["image", image === undefined ? [] : imageLines(image, style)],
    ["inputs", inputs.flatMap((input) => artifactLines(input, style))],
    ["params", params.map((change) => valueLine(change, style))],
    ["logged", logged.map((change) => valueLine(change, style))],
    [
      "command",
      command === undefined ? [] : [
        style.red(`- ${escapeInline(quoteCommand(command[0]))}`),
        style.green(`+ ${escapeInline(quoteCommand(command[1]))}`),
      ],
    ],
    ["environment", environment.map((change) => valueLine(change, style))],
    ["host", host.map((change) => valueLine(change, style))],
    ["metrics", metrics.map((change) => metricLine(change, style))],
    ["outputs", outputs.flatMap((output) => artifactLines(output, style))],
  ];
  const shown = sections.filter(([, lines]) => lines.length > 0);
  const head = `${style.bold(stages[0])} ${style.cyan(runs[0])} → ${style.bold(stages[1])} ${
    style.cyan(runs[1])
  }  ${comparison.sameVersion ? "the same experiment version" : "different experiment versions"}`;
  if (shown.length === 0) return `${head}\nnothing differs`;
  return [
    head,
    ...shown.flatMap(([title, lines]) => [style.bold(title), ...lines.map((line) => `  ${line}`)]),
  ].join("\n");
}

function codeLines({ commits, files }: NonNullable<ShownComparison["code"]>, style: Style): string[] {
  const head = commits.map((commit) => commit.slice(0, 12)).join(" → ");
  if (files === undefined) return [head, style.dim("a commit cannot be read any more")];
  return [`${head}  ${changeCounts(files)}`, ...fileChangeLines(files, style)];
}

function imageLines({ images, packages }: NonNullable<ShownComparison["image"]>, style: Style): string[] {
  const names = images.map((image) => image === undefined ? "the host" : image.slice("sha256:".length, 19));
  const head = names.join(" → ");
  if (images[0] === undefined || images[1] === undefined) return [head];
  if (packages === undefined) return [head, style.dim("one of them has no inventory")];
  if (packages.length === 0) return [`${head}  the same packages`];
  return [head, ...packages.map((change) => valueLine(change, style))];
}

function artifactLines({ name, a, b, files }: ArtifactComparison, style: Style): string[] {
  const text = (side: ArtifactComparison["a"]) =>
    side === undefined ? "none" : `${side.artifact}:${side.label ?? shortDigest(side.manifest.digest)}`;
  const head = `${escapeInline(name)}  ${text(a)} → ${text(b)}`;
  if (files === undefined) {
    return a === undefined || b === undefined ? [head] : [`${head}  its files cannot be read`];
  }
  return [`${head}  ${changeCounts(files)}`, ...fileChangeLines(files, style).map((line) => `  ${line}`)];
}

function valueLine({ name, a, b }: ValueChange, style: Style): string {
  const key = escapeInline(name);
  const text = (value: ValueChange["a"]) => escapeInline(paramText(value));
  if (a === undefined) return style.green(`+ ${key} = ${text(b)}`);
  if (b === undefined) return style.red(`- ${key} = ${text(a)}`);
  return `${style.yellow(`~ ${key}`)}  ${text(a)} → ${text(b)}`;
}

function metricLine({ name, a, b, absolute, relative, rounding }: MetricChange, style: Style): string {
  const key = escapeInline(name);
  if (rounding) return style.dim(`≈ ${key}  ${formatMetric(a!)}  (${formatMetric(absolute!)}: rounding)`);
  if (a === undefined) return style.green(`+ ${key} = ${formatMetric(b!)}`);
  if (b === undefined) return style.red(`- ${key} = ${formatMetric(a)}`);
  const signed = (value: number) => `${value > 0 ? "+" : ""}${formatMetric(value)}`;
  const percent = relative === undefined ? "" : `, ${signed(Number((relative * 100).toPrecision(3)))} %`;
  const by = absolute === undefined ? "" : `  (${signed(absolute)}${percent})`;
  return `${style.yellow(`~ ${key}`)}  ${formatMetric(a)} → ${formatMetric(b)}${by}`;
}
