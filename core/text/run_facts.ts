import type { KnownRun } from "../actions/known_run.ts";
import type { RunLink } from "../actions/run_links.ts";
import { escapeInline } from "../cli/escape.ts";
import { formatAgo, formatBytes, formatDuration, formatInstant, plural } from "../cli/human.ts";
import type { Style } from "../cli/style.ts";
import type { RunSummary } from "../history/run_summary.ts";
import { flatParams } from "../history/run_values.ts";
import { shortDigest } from "../model/digest.ts";
import { quoteCommand } from "../model/quote_command.ts";
import type { InputRecord, OutputRecord, SourceRecord } from "../model/run.ts";
import { gradeText } from "./grade_text.ts";
import { hostFacts, limitsText } from "./host_facts.ts";
import { importedFrom, importedGrade, importedIdentity } from "./imported_facts.ts";
import { loggedFacts } from "./logged_facts.ts";
import { exitText, formatMetric, paintState } from "./outcome_line.ts";
import { paramText } from "./value_columns.ts";

/** A fact: its title, and a line of text that is safe to print. */
export type Line = readonly [title: string, value: string];

/** A run, and the others that were started with it. */
export interface ShownRun extends KnownRun {
  readonly others: readonly RunSummary[];
  readonly links: readonly RunLink[];
}

/** What there is to say of a run, one line each; lines with one title stand together. */
export function runFacts(known: ShownRun, style: Style): Line[] {
  return [
    ...outcome(known, style),
    ...pages(known, style),
    ...identity(known, style),
    ...loggedFacts(known, style),
    ...artifacts(known, style),
    ...context(known, style),
  ];
}

function outcome({ summary, start, record, verdicts, metrics }: KnownRun, style: Style): Line[] {
  const now = style.now().getTime();
  const took = formatDuration((summary.endedAt ?? now) - summary.startedAt);
  const started = `${formatInstant(summary.startedAt)}, ${formatAgo(summary.startedAt, now)}`;
  return [
    ["started", `${started}; ${summary.endedAt === undefined ? `going on for ${took}` : `took ${took}`}`],
    ...(record?.exit === undefined ? [] : [["exit", exitText(record.exit)] as const]),
    ...(record?.reason === undefined ? [] : [["reason", escapeInline(record.reason)] as const]),
    [
      "grade",
      start.imported === undefined || summary.grade === undefined
        ? gradeText(summary.grade)
        : importedGrade(summary.grade, start.imported),
    ],
    ...verdicts.map((verdict): Line => [
      "verdict",
      `${verdict.verdict.replaceAll("_", " ")}, by ${verdict.against.join(" ")}, ${
        formatAgo(verdict.at, now)
      }`,
    ]),
    ...Object.entries(metrics).map((
      [name, value],
    ): Line => ["metrics", `${escapeInline(name)} ${formatMetric(value)}`]),
  ];
}

function pages({ start, links }: ShownRun, style: Style): Line[] {
  const { imported } = start;
  return [
    ...(imported === undefined ? [] : importedFrom(imported)),
    ...links.map(({ tracker, id, url, complete }): Line => [
      url === undefined ? "tracker" : "page",
      [
        style.cyan(escapeInline(id === undefined ? tracker : `${tracker}:${id}`)),
        ...(url === undefined ? [] : [style.cyan(escapeInline(url))]),
        ...(complete ? [] : [style.dim(" not all of it yet")]),
      ].join(" "),
    ]),
  ];
}

function identity({ start, version }: KnownRun, style: Style): Line[] {
  const { code, environment, params } = version;
  const { source, imported } = start;
  const paramLines = Object.entries(flatParams(params)).map((
    [name, value],
  ): Line => ["params", escapeInline(`${name} = ${paramText(value)}`)]);
  if (imported !== undefined) {
    return [["version", start.version], ...importedIdentity(start, imported, version, style), ...paramLines];
  }
  const variables = Object.entries(environment.env).map(([name, value]) => `${name}=${value}`);
  return [
    ["version", start.version],
    ...codeFacts(source, code.commit, style),
    ...(source.remote === undefined ? [] : [["code", `of ${escapeInline(source.remote)}`] as const]),
    ...(code.directory === undefined ? [] : [["code", `in ${escapeInline(code.directory)}/`] as const]),
    ...(environment.kind === "container"
      ? [
        [
          "image",
          `${escapeInline(start.image?.reference ?? "")} ${style.dim(environment.image)}`.trim(),
        ] as const,
      ]
      : [["image", "none: it ran on the host"] as const]),
    ["platform", environment.platform],
    ...(environment.kind === "container" ? [["network", environment.network] as const] : []),
    ...(environment.kind === "container" && environment.runArgs.length > 0
      ? [["flags", escapeInline(quoteCommand(environment.runArgs))] as const]
      : []),
    ...(variables.length === 0 ? [] : [["variables", escapeInline(variables.join(" "))] as const]),
    ["command", escapeInline(quoteCommand(version.command))],
    ...paramLines,
  ];
}

function artifacts({ start, outputs }: KnownRun, style: Style): Line[] {
  return [
    ...Object.entries(start.inputs).map(([name, input]): Line => ["inputs", inputText(name, input, style)]),
    ...Object.entries(outputs).map(([name, output]): Line => ["outputs", outputText(name, output, style)]),
  ];
}

function codeFacts(source: SourceRecord, commit: string, style: Style): Line[] {
  return [
    ["code", `${commit.slice(0, 12)} ${style.dim(escapeInline(source.subject))}`.trimEnd()],
    ["code", source.branch === undefined ? "on a detached HEAD" : `on branch ${escapeInline(source.branch)}`],
  ];
}

function inputText(name: string, { artifact, label, manifest, run }: InputRecord, style: Style): string {
  const version = label === undefined
    ? `${artifact}:${shortDigest(manifest.digest)}`
    : `${artifact}:${label}`;
  return `${name} ← ${style.bold(version)}${run === undefined ? "" : `  made by ${style.cyan(run)}`}`;
}

function outputText(
  name: string,
  { artifact, label, manifest, files, bytes }: OutputRecord,
  style: Style,
): string {
  const version = label ?? shortDigest(manifest.digest);
  return `${name} → ${style.bold(`${artifact}:${version}`)}  ${plural(files, "file")}, ${formatBytes(bytes)}`;
}

function context(known: ShownRun, style: Style): Line[] {
  const { start, words, record, others } = known;
  const logs = (["stdout", "stderr"] as const)
    .flatMap((stream) =>
      record?.logs[stream] === undefined ? [] : [`${stream} ${formatBytes(record.logs[stream].size)}`]
    );
  return [
    ...(start.host.engine === undefined ? [] : [["engine", escapeInline(start.host.engine)] as const]),
    // An imported run's machine is not known; its user stands with what the tracker knew.
    ...(start.imported === undefined
      ? hostFacts(start.host).map((text): Line => ["host", escapeInline(text)])
      : []),
    ...(Object.keys(start.limits).length === 0
      ? []
      : [["limits", escapeInline(limitsText(start.limits))] as const]),
    ...(start.secrets.length === 0 ? [] : [["secrets", start.secrets.join(" ")] as const]),
    ...(words.tags.length === 0 ? [] : [["tags", escapeInline(words.tags.join(" "))] as const]),
    ...(words.note === undefined ? [] : [["note", escapeInline(words.note)] as const]),
    ...(start.parent === undefined
      ? []
      : [["parent", `${start.parent.kind} ${style.cyan(start.parent.run)}`] as const]),
    ...others.map((other): Line => [
      "run with",
      `${other.stage} ${style.cyan(other.run)} ${paintState(other.state, style)}`,
    ]),
    ...(logs.length === 0 ? [] : [["logs", logs.join(", ")] as const]),
    ["aero", start.imported === undefined ? start.aero : `${start.aero}, which imported it`],
  ];
}
