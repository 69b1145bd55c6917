import { UserError } from "../errors.ts";
import { nearest } from "../model/nearest.ts";
import type { RunSummary } from "./run_summary.ts";
import { metricNamesOf, paramNamesOf } from "./run_values.ts";
import type { Sort } from "./sort.ts";
import type { Where } from "./where.ts";

// As many as fit on a line or two.
const LISTED = 12;

/**
 * Refuses a filter or an order by a param or metric that no run has: its answer would look like one.
 *
 * @param runs All that are known, not only those that fit. Where there is none, nothing is refused.
 * @throws {UserError} `param_unknown`, `metric_unknown` naming near ones.
 */
export function requireKnownNames(
  runs: readonly RunSummary[],
  { where, sort }: { readonly where?: Where; readonly sort?: Sort },
): void {
  if (runs.length === 0) return;
  const compared = [...where?.compared ?? [], ...(sort ?? []).map(({ field }) => field)];
  const unknown = compared.find((field) =>
    /^(?:params|metrics)\./.test(field.name) && runs.every((run) => field.of(run, 0) === undefined)
  );
  if (unknown === undefined) return;
  const family = unknown.name.slice(0, unknown.name.indexOf("."));
  const name = unknown.name.slice(family.length + 1);
  throw family === "metrics"
    ? metricUnknown(name, metricNamesOf(runs), "metrics.")
    : paramUnknown(name, paramNamesOf(runs));
}

/**
 * Refuses metrics that none of the runs has.
 *
 * @throws {UserError} `metric_unknown`.
 */
export function requireMetrics(names: readonly string[], known: readonly string[]): void {
  const missing = names.find((name) => !known.includes(name));
  if (missing !== undefined) throw metricUnknown(missing, known);
}

function metricUnknown(name: string, known: readonly string[], prefix = ""): UserError {
  return new UserError("metric_unknown", {
    what: `Cannot find the metric ${JSON.stringify(name)} in any of the runs`,
    ...among(name, known, "metrics", prefix),
  });
}

function paramUnknown(name: string, known: readonly string[]): UserError {
  return new UserError("param_unknown", {
    what: `Cannot find the param ${JSON.stringify(name)} in any of the runs`,
    ...among(name, known, "params", "params."),
  });
}

function among(name: string, known: readonly string[], kind: string, prefix: string) {
  const near = nearest(name, known);
  const listed = known.slice(0, LISTED).join(", ") + (known.length > LISTED ? ", …" : "");
  return {
    why: known.length === 0 ? `they have no ${kind}` : `there are ${listed}`,
    ...(near === undefined ? {} : { fix: [`write \`${prefix}${near}\``] }),
  };
}
