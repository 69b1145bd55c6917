import { isJsonObject, type JsonValue } from "../model/json.ts";
import type { RunLogged } from "../model/logged.ts";
import { loggedName } from "../model/logged_name.ts";
import type { MetricValue } from "../model/metric.ts";
import { tagWord } from "../model/named_tags.ts";
import { paramAt, type Params } from "../model/params.ts";

/** What a run has of its own, and what its program logged. */
interface RunValues {
  readonly params: Params;
  readonly logged?: RunLogged;
}

/**
 * All params of a run: those of its version, and those that its program logged besides. Where both have a name the
 * version's stands for it, and the other, if it says something else, is `logged.<name>`.
 */
export function shownParams({ params, logged }: RunValues): Params {
  if (logged === undefined) return params;
  const beside = Object.entries(logged.params).flatMap(([name, value]) => {
    const shown = loggedName(name, value, (at) => paramAt(params, at));
    return shown === undefined ? [] : [[shown, value] as const];
  });
  return { ...params, ...Object.fromEntries(beside) };
}

/** All tags of a run, each once: those that people gave it, and those of its program as words. */
export function shownTags(
  { tags, logged }: { readonly tags: readonly string[]; readonly logged?: RunLogged },
): readonly string[] {
  if (logged === undefined) return tags;
  return [
    ...new Set([...tags, ...Object.entries(logged.tags).map(([name, value]) => tagWord(name, value))]),
  ];
}

/** Params by dotted name, mappings opened: `model.depth`; in the order they stand. */
export function flatParams(params: Params, prefix = ""): Record<string, JsonValue> {
  const flat: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(params)) {
    if (isJsonObject(value) && Object.keys(value).length > 0) {
      Object.assign(flat, flatParams(value, `${prefix}${key}.`));
    } else flat[prefix + key] = value;
  }
  return flat;
}

/** Names of all params that some run has, sorted. */
export function paramNamesOf(runs: readonly RunValues[]): string[] {
  return [...new Set(runs.flatMap((run) => Object.keys(flatParams(shownParams(run)))))].sort();
}

/** Names of the params that are not the same in all runs, sorted; absent counts as a value. */
export function varyingParams(runs: readonly RunValues[]): string[] {
  const flat = runs.map((run) => flatParams(shownParams(run)));
  return [...new Set(flat.flatMap((params) => Object.keys(params)))].sort().filter((name) => {
    const values = new Set(
      flat.map((params) => Object.hasOwn(params, name) ? JSON.stringify(params[name]) : ""),
    );
    return values.size > 1;
  });
}

/** Names of all metrics that some run has, sorted. */
export function metricNamesOf(
  runs: readonly { readonly metrics: Readonly<Record<string, MetricValue>> }[],
): string[] {
  return [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))].sort();
}
