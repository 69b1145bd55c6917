import type { Digest } from "../model/digest.ts";
import type { JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import { fromMetricValue } from "../model/metric.ts";
import type { RunRecord, Verdict } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import { diffManifests, type FileChange } from "./manifest_diff.ts";
import { metricChange } from "./metric_change.ts";
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
}

/** A run that ended otherwise. */
export interface StateDifference {
  readonly kind: "state";
  readonly rerun: RunId;
  readonly a: string;
  readonly b: string;
}

/** A metric that is not equal. */
export interface MetricDifference extends Omit<ReturnType<typeof metricChange>, "name"> {
  readonly kind: "metric";
  readonly rerun: RunId;
  readonly metric: string;
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
}

/** One thing that differs between a run and a rerun. */
export type Difference = StateDifference | MetricDifference | OutputDifference;

/** A verdict and what it rests on. */
export interface Judgement {
  readonly verdict: Verdict;
  /** Most telling first; empty if identical. */
  readonly differences: readonly Difference[];
}

/**
 * Judges whether reruns gave what the original gave.
 *
 * *identical*: every rerun ended alike, with the same outputs by digest and the same metrics. *within tolerance*: some
 * bytes or metrics differ, every metric that differs lies within its tolerance or the band, and at least one metric
 * vouches so: outputs alone that differ say nothing of how far. *different*: anything else.
 *
 * @throws {TypeError} if there is no rerun.
 */
export function judge(judged: Judged): Judgement {
  if (judged.reruns.length === 0) throw new TypeError("A run is judged without a rerun");
  const states = judged.reruns.flatMap((rerun) => stateDifference(judged.original, rerun));
  const metrics = judged.reruns.flatMap((rerun) => metricDifferences(judged, rerun));
  const outputs = judged.reruns.flatMap((rerun) => outputDifferences(judged, rerun));
  const outside = metrics.filter((metric) => !metric.within);
  const differences = [...states, ...outside, ...outputs, ...metrics.filter((metric) => metric.within)];
  if (differences.length === 0) return { verdict: "identical", differences };
  const allowed = states.length === 0 && outside.length === 0 && isVouchedFor(judged);
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

function metricDifferences(judged: Judged, rerun: RunRecord): MetricDifference[] {
  const [before, after] = [judged.original.metrics, rerun.metrics];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.filter((name) => before[name] !== after[name]).map((name) => {
    const { name: metric, ...change } = metricChange(name, before[name], after[name]);
    const base = { kind: "metric", rerun: rerun.run, metric, ...change } as const;
    const allowed = allowedFor(name, judged);
    if (allowed === undefined) return { ...base, within: false };
    // The band of repeats is where the original must lie; a tolerance is about each rerun.
    const value = allowed.around === "original" ? after[name] : before[name];
    const within = before[name] !== undefined && after[name] !== undefined && isWithin(value!, allowed.band);
    return { ...base, within, allowed: allowed.band };
  });
}

/** What a metric may be; `undefined` if it must be equal. */
function allowedFor(
  name: string,
  judged: Judged,
): { readonly around: "original" | "repeats"; readonly band: Band } | undefined {
  const original = judged.original.metrics[name];
  const tolerance = toleranceOf(name, judged);
  if (tolerance !== undefined) {
    const number = original === undefined ? NaN : fromMetricValue(original);
    return Number.isFinite(number)
      ? { around: "original", band: toleranceBand(tolerance, number) }
      : undefined;
  }
  if (!judged.band) return undefined;
  const values = judged.reruns.map((rerun) => rerun.metrics[name]).filter((value) => value !== undefined);
  const band = values.length === judged.reruns.length ? repeatBand(values.map(fromMetricValue)) : undefined;
  return band === undefined ? undefined : { around: "repeats", band };
}

function toleranceOf(name: string, { tolerance }: Judged): Tolerance | undefined {
  if (Object.hasOwn(tolerance, name)) return tolerance[name];
  return Object.hasOwn(tolerance, "*") ? tolerance["*"] : undefined;
}

/** Whether some metric of the original has a tolerance or a band, so that closeness was measured at all. */
function isVouchedFor(judged: Judged): boolean {
  return Object.keys(judged.original.metrics).some((name) => allowedFor(name, judged) !== undefined);
}

function outputDifferences({ original, manifests }: Judged, rerun: RunRecord): OutputDifference[] {
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
    }];
  });
}
