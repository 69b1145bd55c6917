import type { MetricsEvent } from "../model/journal.ts";
import { fromMetricValue, type MetricPoint, type MetricValue } from "../model/metric.ts";
import { isSpelledNumber } from "./run_shape.ts";
import { isObject } from "./shape.ts";

/**
 * Writes the lines that metrics stand in; most of a journal.
 *
 * By hand, for speed: a program reports the same names over and over, so their order and spelling are kept from one
 * point to the next.
 */
export class MetricsWriter {
  #names: readonly string[] = [];
  #sorted: readonly { readonly name: string; readonly prefix: string }[] = [];

  /**
   * One line of canonical JSON.
   *
   * @throws {TypeError} if a step, time or position is not a finite number, or a name is not valid Unicode.
   */
  write({ at, points, inode, offset }: MetricsEvent): string {
    let line = `{"at":${finite(at)},"event":"metrics",`;
    if (inode !== undefined) line += `"inode":${finite(inode)},`;
    if (offset !== undefined) line += `"offset":${finite(offset)},`;
    line += `"points":[`;
    for (let i = 0; i < points.length; i++) {
      if (i > 0) line += ",";
      line += this.#point(points[i]!);
    }
    return `${line}]}\n`;
  }

  #point({ at, step, values }: MetricPoint): string {
    this.#learn(Object.keys(values));
    let json = `{"at":${finite(at)},`;
    if (step !== undefined) json += `"step":${finite(step)},`;
    json += `"values":{`;
    for (const { name, prefix } of this.#sorted) {
      const value = values[name]!;
      // ECMAScript prints a finite number as RFC 8785 wants it, and -0 as 0.
      json += Number.isFinite(value) ? `${prefix}${value}` : `${prefix}"${value}"`;
    }
    return `${json}}}`;
  }

  #learn(names: readonly string[]): void {
    if (names.length === this.#names.length && names.every((name, i) => name === this.#names[i])) return;
    const wrong = names.find((name) => !name.isWellFormed());
    if (wrong !== undefined) throw new TypeError("Cannot write a metric whose name is not valid Unicode");
    this.#names = names;
    this.#sorted = [...names].sort().map((name, i) => ({
      name,
      prefix: `${i > 0 ? "," : ""}${JSON.stringify(name)}:`,
    }));
  }
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new TypeError(`Cannot write ${value} as a step, a time or a position`);
}

/** The event of a parsed line, or `undefined` if it is not such a line. Takes the line's own objects over. */
export function readMetricsEvent(line: Record<string, unknown>): MetricsEvent | undefined {
  const { at, points, inode, offset } = line;
  if (!isFinite(at) || !Array.isArray(points)) return undefined;
  const hasPosition = inode !== undefined;
  if (hasPosition ? !isFinite(inode) || !isFinite(offset) || offset < 0 : offset !== undefined) {
    return undefined;
  }
  if (Object.keys(line).length !== (hasPosition ? 5 : 3)) return undefined;
  for (const point of points) {
    if (!isPoint(point)) return undefined;
  }
  return line as unknown as MetricsEvent;
}

function isPoint(point: unknown): point is MetricPoint {
  if (!isObject(point) || !isFinite(point.at) || !isObject(point.values)) return false;
  for (const field in point) {
    if (field === "step" ? !isFinite(point.step) : field !== "at" && field !== "values") return false;
  }
  const values = point.values;
  for (const name in values) {
    const value = values[name];
    if (typeof value === "number") {
      if (!Number.isFinite(value)) return false;
    } else if (isSpelledNumber(value)) values[name] = fromMetricValue(value as MetricValue);
    else return false;
  }
  return true;
}

function isFinite(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
