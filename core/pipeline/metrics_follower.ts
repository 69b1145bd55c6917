import type { MetricsPosition } from "../model/journal.ts";
import type { MetricPoint } from "../model/metric.ts";
import { parseMetricLine } from "./reported_metrics.ts";

/** Time between two looks at the file, in milliseconds. */
const POLL_INTERVAL_MS = 200;
/** Bytes read in one go; what is read takes many times as much memory as points. */
const BUFFER_BYTES = 1 << 16;
/** Longest line that is taken; a longer one is a fault of the program. */
const MAX_LINE_BYTES = 1 << 20;

/** Where a follower tells what it read. */
export interface MetricsSink {
  /**
   * Points in the order of the file; at least one. If it throws, it gets them again at the next look.
   *
   * @param position Where to go on behind them.
   */
  points(points: MetricPoint[], position: MetricsPosition | undefined): void;
  /** A line that is not an object of numbers. `line` counts from 1. */
  fault(line: number, why: string): void;
}

/**
 * Follows a file to which a program appends one JSON object a line, `{"step":3,"loss":0.12}`.
 *
 * Values are numbers, or the texts `NaN`, `Infinity` and `-Infinity`. `step` is a finite number; a number named
 * `at` is the time in epoch milliseconds, else it is the time of reading. A line without its end is left until
 * it has one; the program never waits. A file that is emptied or replaced is read from its beginning.
 */
export class MetricsFollower {
  readonly #path: string;
  readonly #sink: MetricsSink;
  readonly #now: () => number;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #file: Deno.FsFile | undefined;
  #inode: number | null = null;
  #offset = 0;
  /** Bytes up to the end of the last line that was taken. */
  #taken = 0;
  /** The beginning of a line that has no end yet. */
  #rest = new Uint8Array(0);
  /** Whether that line is too long, and is left out up to its end. */
  #tooLong = false;
  #line = 0;
  #resume: MetricsPosition | undefined;
  /** Read, and not yet taken by the sink. */
  #pending: MetricPoint[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  /**
   * @param resume What the sink has already had. A file that is another one, or shorter, is read from its beginning.
   */
  constructor(path: string, sink: MetricsSink, now: () => number, resume?: MetricsPosition) {
    this.#path = path;
    this.#sink = sink;
    this.#now = now;
    this.#resume = resume;
  }

  /** Begins to look; a file that is not there yet is waited for. */
  start(): void {
    this.#timer = setInterval(() => {
      try {
        this.#read();
      } catch {
        // A disk that is full now may have room at the next look; what fails at the last one is thrown there.
      }
    }, POLL_INTERVAL_MS);
  }

  /** Reads what is there to the end, also a last line without its end, and stops. */
  finish(): void {
    clearInterval(this.#timer);
    try {
      this.#read();
      this.#endLine();
      this.#flush();
    } finally {
      this.#file?.close();
      this.#file = undefined;
    }
  }

  #read(): void {
    this.#flush();
    if (this.#file === undefined && !this.#open()) return;
    this.#readOn();
    const change = this.#changed();
    if (change === undefined) return;
    this.#endLine();
    if (change === "replaced") {
      this.#file!.close();
      this.#file = undefined;
      if (!this.#open()) return;
    } else {
      this.#file!.seekSync(0, Deno.SeekMode.Start);
      this.#offset = this.#taken = 0;
    }
    this.#readOn();
  }

  #readOn(): void {
    for (;;) {
      const count = this.#file!.readSync(this.#buffer);
      if (count === null || count === 0) return;
      this.#offset += count;
      this.#take(this.#buffer.subarray(0, count));
      this.#flush();
    }
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    const position = this.#inode === null ? undefined : { inode: this.#inode, offset: this.#taken };
    this.#sink.points(this.#pending, position);
    this.#pending = [];
  }

  #open(): boolean {
    try {
      // A program could put a pipe or a link in its place; only a regular file is read.
      const there = Deno.lstatSync(this.#path);
      if (!there.isFile) return false;
      const file = Deno.openSync(this.#path);
      const own = file.statSync();
      // What the program put in its place between the two looks is judged at the next one.
      if (!own.isFile || own.ino !== there.ino || own.dev !== there.dev) {
        file.close();
        return false;
      }
      this.#file = file;
      this.#inode = own.ino;
      this.#offset = this.#taken = 0;
      this.#goOn(own.size);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  /** Passes over what the sink has had of the file, if it is that one; only lines are counted. */
  #goOn(size: number): void {
    const resume = this.#resume;
    this.#resume = undefined;
    if (resume === undefined || resume.inode !== this.#inode || size < resume.offset) return;
    while (this.#offset < resume.offset) {
      const count = this.#file!.readSync(this.#buffer.subarray(0, resume.offset - this.#offset));
      if (count === null || count === 0) break;
      this.#offset += count;
      for (let at = -1; (at = this.#buffer.subarray(0, count).indexOf(0x0a, at + 1)) >= 0;) this.#line++;
    }
    this.#taken = this.#offset;
  }

  /** What became of the file that is open, if it is no longer what it was. */
  #changed(): "emptied" | "replaced" | undefined {
    const own = this.#file!.statSync();
    if (own.size < this.#offset) return "emptied";
    try {
      const there = Deno.lstatSync(this.#path);
      return there.isFile && (there.ino !== own.ino || there.dev !== own.dev) ? "replaced" : undefined;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** Takes what is left of a line that gets no end. */
  #endLine(): void {
    if (this.#rest.length > 0 || this.#tooLong) this.#take(new Uint8Array([0x0a]));
  }

  #take(bytes: Uint8Array): void {
    if (this.#tooLong) {
      const next = bytes.indexOf(0x0a) + 1;
      if (next === 0) return;
      this.#tooLong = false;
      this.#line++;
      bytes = bytes.subarray(next);
    }
    this.#takeLines(bytes);
    // The beginning of a line that is left out is read again by who goes on from here.
    if (!this.#tooLong) this.#taken = this.#offset - this.#rest.length;
  }

  #takeLines(bytes: Uint8Array): void {
    const end = bytes.lastIndexOf(0x0a);
    if (end < 0) return this.#hold(bytes);
    const text = new TextDecoder().decode(concat(this.#rest, bytes.subarray(0, end)));
    this.#rest = bytes.slice(end + 1);
    const at = this.#now();
    for (const line of text.split("\n")) {
      this.#line++;
      if (line.length > MAX_LINE_BYTES) this.#sink.fault(this.#line, TOO_LONG);
      else if (line.trim() !== "") this.#takeLine(line, at);
    }
  }

  #takeLine(line: string, at: number): void {
    const point = parseMetricLine(line, at);
    if (typeof point === "string") this.#sink.fault(this.#line, point);
    else this.#pending.push(point);
  }

  #hold(bytes: Uint8Array): void {
    this.#rest = concat(this.#rest, bytes);
    if (this.#rest.length <= MAX_LINE_BYTES) return;
    this.#sink.fault(this.#line + 1, TOO_LONG);
    this.#rest = new Uint8Array(0);
    this.#tooLong = true;
  }
}

const TOO_LONG = `it is longer than ${MAX_LINE_BYTES} bytes`;

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
