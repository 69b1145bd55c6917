import type { MetricPoint } from "../model/metric.ts";

/** Time between two looks at the file, in milliseconds. */
const POLL_INTERVAL_MS = 200;
/** Bytes read in one go. */
const BUFFER_BYTES = 1 << 18;
/** Longest line that is taken; a longer one is a fault of the program. */
const MAX_LINE_BYTES = 1 << 20;

/** Where a follower tells what it read. */
export interface MetricsSink {
  /** Points in the order of the file; at least one. */
  points(points: MetricPoint[]): void;
  /** A line that is not an object of numbers. `line` counts from 1. */
  fault(line: number, why: string): void;
}

/**
 * Follows a file to which a program appends one JSON object a line, `{"step":3,"loss":0.12}`.
 *
 * Values are numbers, or the texts `NaN`, `Infinity` and `-Infinity`. `step` is a finite number; a number named
 * `at` is the time in epoch milliseconds, else it is the time of reading. A line without its end is left until
 * it has one; the program never waits.
 */
export class MetricsFollower {
  readonly #path: string;
  readonly #sink: MetricsSink;
  readonly #now: () => number;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #file: Deno.FsFile | undefined;
  #rest = new Uint8Array(0);
  #line = 0;
  #skip: number;
  #timer: ReturnType<typeof setInterval> | undefined;

  /**
   * @param skip Points at the beginning of the file that the sink has already had.
   */
  constructor(path: string, sink: MetricsSink, now: () => number, skip = 0) {
    this.#path = path;
    this.#sink = sink;
    this.#now = now;
    this.#skip = skip;
  }

  /** Begins to look; a file that is not there yet is waited for. */
  start(): void {
    this.#timer = setInterval(() => this.#read(false), POLL_INTERVAL_MS);
  }

  /** Reads what is there to the end, also a last line without its end, and stops. */
  finish(): void {
    clearInterval(this.#timer);
    this.#read(true);
    this.#file?.close();
    this.#file = undefined;
  }

  #read(toEnd: boolean): void {
    if (!this.#open()) return;
    for (;;) {
      const count = this.#file!.readSync(this.#buffer);
      if (count === null || count === 0) break;
      this.#take(this.#buffer.subarray(0, count));
    }
    if (toEnd && this.#rest.length > 0) this.#take(new Uint8Array([0x0a]));
  }

  #open(): boolean {
    if (this.#file !== undefined) return true;
    try {
      // A program could put a pipe or a link in its place; only a regular file is read.
      if (!Deno.lstatSync(this.#path).isFile) return false;
      this.#file = Deno.openSync(this.#path);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  #take(bytes: Uint8Array): void {
    const end = bytes.lastIndexOf(0x0a);
    if (end < 0) {
      this.#rest = concat(this.#rest, bytes);
      if (this.#rest.length > MAX_LINE_BYTES) {
        this.#sink.fault(this.#line + 1, `it is longer than ${MAX_LINE_BYTES} bytes`);
        this.#rest = new Uint8Array(0);
      }
      return;
    }
    const text = new TextDecoder().decode(concat(this.#rest, bytes.subarray(0, end)));
    this.#rest = bytes.slice(end + 1);
    const at = this.#now();
    const points: MetricPoint[] = [];
    for (const line of text.split("\n")) {
      this.#line++;
      if (line.trim() === "") continue;
      const point = parseMetricLine(line, at);
      if (typeof point === "string") this.#sink.fault(this.#line, point);
      else if (this.#skip > 0) this.#skip--;
      else points.push(point);
    }
    if (points.length > 0) this.#sink.points(points);
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
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
    raw = JSON.parse(line);
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
    if (name === "step") {
      if (!Number.isFinite(number)) return "its step is not finite";
      step = number;
    } else if (name === "at") {
      at = number;
    } else {
      values[name] = number;
      count++;
    }
  }
  if (count === 0) return "it has no metric";
  return step === undefined ? { at, values } : { step, at, values };
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
