import type { Digest } from "../model/digest.ts";
import type { JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import { fromMetricValue, type MetricValue } from "../model/metric.ts";
import type { RunRecord, Verdict } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import { diffManifests, type FileChange } from "./manifest_diff.ts";
import { metricChange } from "./metric_change.ts";
import { type MetricSeries, seriesDifferences } from "./metric_series.ts";
import type { Tolerance } from "../model/tolerance.ts";
import { type Band, isWithin, repeatBand, toleranceBand } from "./tolerance.ts";

/** What a judgement is made from. */
export interface Judged {
  readonly original: RunRecord;
  /** Reruns of the same version; at least one. */
  readonly reruns: readonly RunRecord[];
  /** By metric; `*` for all that are not named. May be empty. */
  readonly tolerance: Readonly<Record<string, Tolerance>>;
  /** Whether metrics without a tolerance may lie in the band that the reruns span; it takes two of them. */
  readonly band: boolean;
  /** Manifests of outputs by digest, to name files; those that are absent are not looked into. */
  readonly manifests?: ReadonlyMap<Digest, Manifest>;
  /** All values of the metrics of runs; of a run that is absent, only the last values are compared. */
  readonly series?: ReadonlyMap<RunId, MetricSeries>;
  /** Names of the outputs that the stage declares; all of them if absent. */
  readonly declared?: readonly string[];
}

/** A run that ended otherwise. */
export interface StateDifference {
  readonly kind: "state";
  readonly rerun: RunId;
  readonly a: string;
  readonly b: string;
}

/** A metric that is not equal: its last value or, where that is equal, the first of its values that is not. */
export interface MetricDifference extends Omit<ReturnType<typeof metricChange>, "name"> {
  readonly kind: "metric";
  readonly rerun: RunId;
  readonly metric: string;
  /** Which value it is, from 1; absent if it is the last. */
  readonly point?: number;
  /** The step of that value, if it has one. */
  readonly step?: number;
  /** Whether its tolerance, or the band, allows it. */
  readonly within: boolean;
  /** What was allowed. */
  readonly allowed?: Band;
}

/** An output whose bytes are not equal. */
export interface OutputDifference {
  readonly kind: "output";
  readonly rerun: RunId;
  readonly output: string;
  /** Digests of the manifests; absent on the side that has no such output. */
  readonly a?: Digest;
  readonly b?: Digest;
  /** The first file that differs, by path; absent if a manifest was not to be had. */
  readonly file?: string;
  readonly change?: FileChange["change"];
  /** How many files differ. */
  readonly files?: number;
  /** Whether it decides nothing: the stage does not declare it, and there is something else to compare. */
  readonly aside?: true;
}

/** What a program printed, and is not equal; it counts where there are neither outputs nor metrics. */
export interface LogDifference {
  readonly kind: "log";
  readonly rerun: RunId;
  readonly log: "stdout" | "stderr";
  /** Digests of what was captured; absent on the side that printed nothing. */
  readonly a?: Digest;
  readonly b?: Digest;
}

/** One thing that differs between a run and a rerun. */
export type Difference = StateDifference | MetricDifference | OutputDifference | LogDifference;

/** A verdict and what it rests on. */
export interface Judgement {
  readonly verdict: Verdict;
  /** Most telling first; empty if identical. */
  readonly differences: readonly Difference[];
}

/**
 * Judges whether reruns gave what the original gave.
 *
 * *identical*: every rerun ended alike, with the same outputs by digest and the same values of
 * metrics, times aside; of a run that has neither outputs nor metrics, the same logs. *within tolerance*: some bytes
 * or metrics differ, every metric that differs lies within its tolerance or the band, and at least one metric vouches
 * so: outputs alone that differ say nothing of how far. *different*: anything else.
 *
 * Outputs that the stage does not declare are what a logging library handed over, often with times and random names in
 * it. Where only these differ, and there are metrics or declared outputs, it is *within tolerance*.
 *
 * @throws {TypeError} if there is no rerun.
 */
export function judge(judged: Judged): Judgement {
  if (judged.reruns.length === 0) throw new TypeError("A run is judged without a rerun");
  const states = judged.reruns.flatMap((rerun) => stateDifference(judged.original, rerun));
  const metrics = judged.reruns.flatMap((rerun) => metricDifferences(judged, rerun));
  const outputs = judged.reruns.flatMap((rerun) => outputDifferences(judged, rerun));
  const logs = judged.reruns.flatMap((rerun) => logDifferences(judged.original, rerun));
  const outside = metrics.filter((metric) => !metric.within);
  const differences = [
    ...states,
    ...outside,
    ...outputs.filter((output) => !output.aside),
    ...logs,
    ...metrics.filter((metric) => metric.within),
    ...outputs.filter((output) => output.aside),
  ];
  if (differences.length === 0) return { verdict: "identical", differences };
  const onlyAside = differences.every((difference) => difference.kind === "output" && difference.aside);
  const allowed = onlyAside || (states.length === 0 && outside.length === 0 && isVouchedFor(judged));
  return { verdict: allowed ? "within_tolerance" : "different", differences };
}

/** A judgement's differences as a verdict's document holds them. */
export function toDocument(differences: readonly Difference[]): JsonObject[] {
  return differences.map((difference) => ({ ...difference }) as unknown as JsonObject);
}

function stateDifference(original: RunRecord, rerun: RunRecord): StateDifference[] {
  const [a, b] = [endOf(original), endOf(rerun)];
  return a === b ? [] : [{ kind: "state", rerun: rerun.run, a, b }];
}

function endOf({ state, exit }: RunRecord): string {
  if (exit === undefined || state === "succeeded") return state;
  if (exit.how === "exited") return `${state}, exit code ${exit.code}`;
  return exit.how === "signalled" ? `${state}, ${exit.signal}` : `${state}, out of memory`;
}

function logDifferences(original: RunRecord, rerun: RunRecord): LogDifference[] {
  // Logs hold times and progress; they are compared only where a verdict would rest on nothing else.
  if ([original, rerun].some((run) => isFilled(run.outputs) || isFilled(run.metrics))) return [];
  return (["stdout", "stderr"] as const).flatMap((log) => {
    const a = original.logs[log]?.digest, b = rerun.logs[log]?.digest;
    if (a === b) return [];
    const sides = { ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) };
    return [{ kind: "log", rerun: rerun.run, log, ...sides }];
  });
}

function isFilled(values: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(values).length > 0;
}

function metricDifferences(judged: Judged, rerun: RunRecord): MetricDifference[] {
  const { original } = judged;
  const names = [...new Set([...Object.keys(original.metrics), ...Object.keys(rerun.metrics)])].sort();
  return names.flatMap((name) => {
    const a = lastOf(original, name), b = lastOf(rerun, name);
    if (a === b) return seriesDifference(name, judged, rerun);
    return [metricDifference(name, judged, { rerun, a, b, repeats: lastsOf(name, judged) })];
  });
}

/** The first value of a metric that no tolerance allows; else the first that differs at all. */
function seriesDifference(name: string, judged: Judged, rerun: RunRecord): MetricDifference[] {
  const { original, reruns, series } = judged;
  const [before, after] = [series?.get(original.run)?.get(name), series?.get(rerun.run)?.get(name)];
  if (before === undefined || after === undefined) return [];
  let first: MetricDifference | undefined;
  for (const { at, step, a, b } of seriesDifferences(before, after)) {
    const repeats = reruns.map(({ run }) => {
      const point = series?.get(run)?.get(name)?.[at];
      return point?.step === step ? point?.value : undefined;
    });
    const place = { point: at + 1, ...(step === undefined ? {} : { step }) };
    const difference = metricDifference(name, judged, { rerun, a, b, repeats, place });
    if (!difference.within) return [difference];
    first ??= difference;
  }
  return first === undefined ? [] : [first];
}

function metricDifference(
  name: string,
  judged: Judged,
  { rerun, a, b, repeats, place }: {
    readonly rerun: RunRecord;
    readonly a: MetricValue | undefined;
    readonly b: MetricValue | undefined;
    /** Of each rerun. */
    readonly repeats: readonly (MetricValue | undefined)[];
    readonly place?: Pick<MetricDifference, "point" | "step">;
  },
): MetricDifference {
  const { name: metric, ...change } = metricChange(name, a, b);
  const base = { kind: "metric", rerun: rerun.run, metric, ...place, ...change } as const;
  const allowed = allowedFor(name, judged, a, repeats);
  if (allowed === undefined) return { ...base, within: false };
  // The band of repeats is where the original must lie; a tolerance is about each rerun.
  const value = allowed.around === "original" ? b : a;
  const within = a !== undefined && b !== undefined && isWithin(value!, allowed.band);
  return { ...base, within, allowed: allowed.band };
}

function lastOf({ metrics }: RunRecord, name: string): MetricValue | undefined {
  return Object.hasOwn(metrics, name) ? metrics[name] : undefined;
}

function lastsOf(name: string, { reruns }: Judged): (MetricValue | undefined)[] {
  return reruns.map((rerun) => lastOf(rerun, name));
}

/** What a metric may be; `undefined` if it must be equal. */
function allowedFor(
  name: string,
  judged: Judged,
  original: MetricValue | undefined,
  repeats: readonly (MetricValue | undefined)[],
): { readonly around: "original" | "repeats"; readonly band: Band } | undefined {
  const tolerance = toleranceOf(name, judged);
  if (tolerance !== undefined) {
    const number = original === undefined ? NaN : fromMetricValue(original);
    return Number.isFinite(number)
      ? { around: "original", band: toleranceBand(tolerance, number) }
      : undefined;
  }
  if (!judged.band) return undefined;
  const values = repeats.filter((value) => value !== undefined);
  const band = values.length === repeats.length ? repeatBand(values.map(fromMetricValue)) : undefined;
  return band === undefined ? undefined : { around: "repeats", band };
}

function toleranceOf(name: string, { tolerance }: Judged): Tolerance | undefined {
  if (Object.hasOwn(tolerance, name)) return tolerance[name];
  return Object.hasOwn(tolerance, "*") ? tolerance["*"] : undefined;
}

/** Whether some metric of the original has a tolerance or a band, so that closeness was measured at all. */
function isVouchedFor(judged: Judged): boolean {
  return Object.entries(judged.original.metrics)
    .some(([name, value]) => allowedFor(name, judged, value, lastsOf(name, judged)) !== undefined);
}

function outputDifferences(judged: Judged, rerun: RunRecord): OutputDifference[] {
  const { original, manifests } = judged;
  const names = [...new Set([...Object.keys(original.outputs), ...Object.keys(rerun.outputs)])].sort();
  return names.flatMap((output) => {
    const a = original.outputs[output]?.manifest.digest, b = rerun.outputs[output]?.manifest.digest;
    if (a === b) return [];
    const before = a && manifests?.get(a), after = b && manifests?.get(b);
    const changes = before && after ? diffManifests(before, after) : [];
    const first = changes[0];
    return [{
      kind: "output",
      rerun: rerun.run,
      output,
      ...(a === undefined ? {} : { a }),
      ...(b === undefined ? {} : { b }),
      ...(first === undefined ? {} : { file: first.path, change: first.change, files: changes.length }),
      ...(isAside(output, judged) ? { aside: true as const } : {}),
    }];
  });
}

function isAside(output: string, { original, declared }: Judged): boolean {
  if (declared === undefined || declared.includes(output)) return false;
  return isFilled(original.metrics) || declared.some((name) => Object.hasOwn(original.outputs, name));
}
