import type { MetricPoint } from "../model/metric.ts";
import { readProgramJson } from "./program_json.ts";

/** Why a name cannot be that of a metric; `undefined` if it can. */
export function metricNameFault(name: string): string | undefined {
  // JavaScript objects, which metrics are kept in, have no such member of their own.
  if (name === "__proto__") return '"__proto__" cannot be the name of a metric';
  if (!name.isWellFormed()) return "a name in it is not valid Unicode";
  return undefined;
}

/**
 * Reads one line of a metrics file.
 *
 * @param at Time of the point unless the line has one, in epoch milliseconds.
 * @returns The point, or the fault in words.
 */
export function parseMetricLine(line: string, at: number): MetricPoint | string {
  let raw: unknown;
  try {
    raw = readProgramJson(line);
  } catch {
    return "it is not JSON";
  }
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return "it is not a JSON object";
  const values: Record<string, number> = {};
  let step: number | undefined;
  let count = 0;
  for (const [name, value] of Object.entries(raw)) {
    const number = typeof value === "number" ? value : numberNamed(value);
    if (number === undefined) return `${JSON.stringify(name)} is not a number`;
    if (name === "step" || name === "at") {
      if (!Number.isFinite(number)) return `its "${name}" is not finite`;
      if (name === "step") step = number;
      else at = number;
    } else {
      const fault = metricNameFault(name);
      if (fault !== undefined) return fault;
      values[name] = number;
      count++;
    }
  }
  if (count === 0) return "it has no metric";
  return step === undefined ? { at, values } : { step, at, values };
}

/** Points whose metrics are named without secrets; a program can put anything into a name. */
export function withRedactedNames(
  points: readonly MetricPoint[],
  redact: (text: string) => string,
): MetricPoint[] {
  const known = new Map<string, string>();
  const named = (name: string): string => {
    const seen = known.get(name) ?? redact(name);
    known.set(name, seen);
    return seen;
  };
  return points.map((point) => {
    if (Object.keys(point.values).every((name) => named(name) === name)) return point;
    const values = Object.entries(point.values).map(([name, value]) => [named(name), value]);
    return { ...point, values: Object.fromEntries(values) };
  });
}

function numberNamed(value: unknown): number | undefined {
  switch (value) {
    case "NaN":
      return NaN;
    case "Infinity":
      return Infinity;
    case "-Infinity":
      return -Infinity;
    default:
      return undefined;
  }
}
