import type { JsonValue } from "../model/json.ts";
import { fromMetricValue } from "../model/metric.ts";
import { nearest } from "../model/nearest.ts";
import { paramAt } from "../model/params.ts";
import type { Grade, RunState, Verdict } from "../model/run.ts";
import type { RunSummary } from "./run_summary.ts";
import { shownParams, shownTags } from "./run_values.ts";

/**
 * What a filter or an order asks of a run. `exact` kinds are compared as they are; `id` fits by its beginning;
 * `instant` and `duration` are in milliseconds.
 */
export type FieldKind = "exact" | "id" | "instant" | "duration" | "list";

/** A field of a run. */
export interface RunField {
  /** As it was written: `metrics.rmse`. */
  readonly name: string;
  readonly kind: FieldKind;
  /** All that it can be; absent if that is anything. */
  readonly values?: readonly string[];
  /** `undefined` if the run has none. */
  readonly of: (run: RunSummary, now: number) => JsonValue | undefined;
}

type Reader = readonly [FieldKind, RunField["of"]];

const FIELDS: Readonly<Record<string, Reader>> = {
  run: ["id", (run) => run.run],
  version: ["id", (run) => run.version.slice("sha256:".length)],
  commit: ["id", (run) => run.commit],
  image: ["id", (run) => run.image?.slice("sha256:".length)],
  parent: ["id", (run) => run.parent?.run],
  project: ["exact", (run) => run.project],
  stage: ["exact", (run) => run.stage],
  state: ["exact", (run) => run.state],
  grade: ["exact", (run) => run.grade],
  verdict: ["exact", (run) => run.verdict],
  branch: ["exact", (run) => run.branch],
  group: ["exact", (run) => run.group],
  note: ["exact", (run) => run.note ?? run.logged?.note],
  subject: ["exact", (run) => run.subject],
  user: ["exact", (run) => run.user],
  host: ["exact", (run) => run.host],
  exit: ["exact", (run) => run.exit?.how === "exited" ? run.exit.code : undefined],
  tag: ["list", (run) => shownTags(run)],
  started: ["instant", (run) => run.startedAt],
  ended: ["instant", (run) => run.endedAt],
  duration: ["duration", (run, now) => (run.endedAt ?? now) - run.startedAt],
};

const VALUES: Readonly<Record<string, readonly string[]>> = {
  state: ["running", "succeeded", "failed", "aborted", "lost"] satisfies RunState[],
  grade: ["verified", "reproducible", "draft", "provenance"] satisfies Grade[],
  verdict: ["identical", "within_tolerance", "different"] satisfies Verdict[],
};

const FAMILIES = ["params", "metrics"] as const;

/** What to write in place of a name that no field has: the nearest one; else what it may be meant for, and all there are. */
export function fixesOfField(name: string): string[] {
  const dot = name.indexOf(".");
  const near = dot < 0
    ? nearest(name, [...Object.keys(FIELDS), ...FAMILIES])
    : nearest(name.slice(0, dot), FAMILIES);
  const isFamily = FAMILIES.some((family) => family === near);
  if (near !== undefined) return [`write \`${near}${dot >= 0 ? name.slice(dot) : isFamily ? ".NAME" : ""}\``];
  return [
    ...(name === "" ? [] : [`if it is a metric or a param, write \`metrics.${name}\` or \`params.${name}\``]),
    `the fields are ${[...Object.keys(FIELDS), ...FAMILIES.map((family) => `${family}.NAME`)].join(", ")}`,
  ];
}

/** The field of a name; `undefined` if there is none. Which params and metrics there are is not known here. */
export function runField(name: string): RunField | undefined {
  const key = name === "tags" ? "tag" : name;
  if (Object.hasOwn(FIELDS, key)) {
    const [kind, of] = FIELDS[key]!;
    const values = VALUES[key];
    return { name, kind, of, ...(values === undefined ? {} : { values }) };
  }
  const [, family, rest] = /^(params|metrics)\.(.+)$/s.exec(name) ?? [];
  if (family === "params") return { name, kind: "exact", of: (run) => paramAt(shownParams(run), rest!) };
  if (family === "metrics") return { name, kind: "exact", of: (run) => metricAt(run, rest!) };
  return undefined;
}

function metricAt(run: RunSummary, name: string): number | undefined {
  return Object.hasOwn(run.metrics, name) ? fromMetricValue(run.metrics[name]!) : undefined;
}
