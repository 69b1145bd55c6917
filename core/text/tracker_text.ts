import type { TrackerChecked, TrackerRight } from "../actions/check_trackers.ts";
import type { ImportsDone } from "../actions/import_runs.ts";
import type { TrackedImport } from "../actions/import_tracked.ts";
import type { ForeignRuns } from "../actions/list_foreign.ts";
import type { TrackerState } from "../actions/list_trackers.ts";
import type { TrackerSynced } from "../actions/sync_trackers.ts";
import { escapeInline } from "../cli/escape.ts";
import { formatAgo, formatDuration, plural } from "../cli/human.ts";
import type { Style } from "../cli/style.ts";
import { textTable } from "../cli/text_table.ts";
import { fitLine } from "./clause_text.ts";
import { paintState } from "./outcome_line.ts";

/** Why runs are left of a tracker that is not away. */
const OTHERS_SEND = "another process is sending; if it was killed, `aero sync` goes on in half a minute";

/** What one tracker got, on a line, and what it lacks on further ones. */
export function trackerSyncText(synced: TrackerSynced, style: Style): string {
  const { tracker, location, runs, had, left, failed, why, dryRun, remarks, remarksLeft } = synced;
  const to = escapeInline(`${tracker} at ${location}`);
  const things = [
    ...(runs > 0 || remarks === 0 ? [plural(runs, "run")] : []),
    ...(remarks > 0 ? [`what was said later of ${plural(remarks, "run")}`] : []),
  ].join(", and ");
  const known = had === 0 ? "" : `had ${plural(had, "run")} already`;
  const head = dryRun
    ? `Would send ${things} to ${to}`
    : runs + remarks > 0
    ? `Sent ${things} to ${to}${known === "" ? "" : `; it ${known}`}`
    : known !== ""
    ? style.dim(`${to} ${known}`)
    : left + remarksLeft === 0
    ? style.dim(`${to} has all runs`)
    : `Sent ${things} to ${to}`;
  const waits = (what: string, one: boolean, reason: string | undefined) =>
    `  ${what} still wait${one ? "s" : ""}${reason === undefined ? "" : `: ${escapeInline(reason)}`}`;
  return [
    head,
    ...Map.groupBy(failed, (one) => one.why).entries().map(([reason, [one, ...others]]) => {
      // One reason of many runs is said once.
      const what = others.length === 0 ? `${style.cyan(one!.run)} ` : `${plural(1 + others.length, "run")}: `;
      return `  ${style.red("not sent")}: ${what}${escapeInline(reason)}`;
    }),
    ...(left > failed.length
      ? [waits(plural(left - failed.length, "run"), left - failed.length === 1, why ?? OTHERS_SEND)]
      : []),
    ...(remarksLeft > 0 ? [waits(`what was said later of ${plural(remarksLeft, "run")}`, true, why)] : []),
  ].join("\n");
}

/** Trackers as a table. */
export function trackersTable(trackers: readonly TrackerState[], style: Style): string {
  const answers = ({ reachable, why }: TrackerState) =>
    reachable === undefined ? "not asked" : reachable ? "yes" : `no: ${why}`;
  return textTable(trackers, [
    { title: "tracker", value: ({ name }) => name, paint: style.cyan, shrink: false },
    { title: "kind", value: ({ use }) => use },
    { title: "location", value: ({ location }) => location },
    {
      title: "waiting",
      align: "right",
      value: ({ waiting, remarks }) =>
        plural(waiting, "run") + (remarks === 0 ? "" : `, and what was said of ${remarks}`),
    },
    {
      title: "reachable",
      value: answers,
      paint: (text, { reachable }) => reachable === false ? style.red(text) : text,
    },
  ], style);
}

/** Runs of a tracker as a table; what aero made is named by its own id too. */
export function foreignRunsTable({ tracker, runs }: ForeignRuns, style: Style): string {
  const now = style.now().getTime();
  const groups = new Set(runs.map(({ group }) => group)).size > 1;
  return textTable(runs, [
    { title: "run", value: ({ id }) => `${tracker}:${id}`, paint: style.cyan, shrink: false },
    ...(groups ? [{ title: "group", value: ({ group }: ForeignRuns["runs"][number]) => group }] : []),
    { title: "name", value: ({ name }) => name, paint: style.bold },
    {
      title: "state",
      value: ({ state }) => state,
      paint: (text, { state }) => text.replace(state, paintState(state, style)),
    },
    { title: "age", value: ({ startedAt }) => formatAgo(startedAt, now) },
    {
      title: "duration",
      align: "right",
      value: ({ startedAt, endedAt }) => formatDuration((endedAt ?? now) - startedAt),
    },
    { title: "user", value: ({ user }) => user ?? "" },
    { title: "aero", value: ({ aero }) => aero?.run ?? "", paint: style.cyan },
  ], style);
}

/** What became of one run of a tracker. */
export function importLine(
  { from, name, outcome, run, points, files, why }: TrackedImport,
  style: Style,
): string {
  const what = `${style.cyan(escapeInline(from))} ${escapeInline(name)}`;
  switch (outcome) {
    case "imported":
      return `${what} is run ${style.cyan(run!)}  ${
        style.dim(`${plural(points ?? 0, "value")}, ${plural(files ?? 0, "file")}`)
      }${why === undefined ? "" : `\n  ${escapeInline(why)}`}`;
    case "known":
      return style.dim(`${escapeInline(from)} is run ${run} already`);
    case "skipped":
      return `${what} ${style.dim("is left out:")} ${escapeInline(why ?? "")}`;
  }
}

/** The sum of an import. */
export function importsLine({ imported, known, skipped }: ImportsDone): string {
  return `${plural(imported, "run")} imported, ${known} known already, ${skipped} left out`;
}

const RIGHTS: Readonly<Record<TrackerRight["right"], string>> = { ask: "ask for a run", list: "list runs" };

/** Whether one thing may be done at a tracker, on a line; why not and what would help on further ones. */
export function trackerRightLines(
  { tracker, right, outcome, why, fix = [] }: TrackerRight,
  style: Style,
): string {
  const what = `${escapeInline(tracker)}: ${RIGHTS[right]}`;
  if (outcome === "held") return `${style.green("can")}      ${what}`;
  return [
    `${style.red("cannot")}   ${what}\n         ${escapeInline(why ?? "")}`,
    ...fix.map((text) => `         hint: ${text}`),
  ].join("\n");
}

/** What a check says of one tracker. */
export function trackerCheckLine(checked: TrackerChecked, style: Style): string {
  const tested = escapeInline(`${checked.tracker} at ${checked.location}`);
  if (checked.contract && checked.refused === 0) return fitLine(checked, tested, style);
  return `${checked.refused === 0 ? style.green("reachable") : style.red("unfit")}  ${tested}`;
}
