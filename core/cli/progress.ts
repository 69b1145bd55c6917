import { formatBytes, formatCount, formatDuration, formatRate } from "./human.ts";

/** What is being counted. */
export interface ProgressOptions {
  /** `Hashing`, `Uploading model`. */
  readonly label: string;
  readonly unit: "bytes" | "items";
  /** Absent while it is not known. */
  readonly total?: number;
}

/** A count that people can watch. Dispose it when the work ends, in whatever way. */
export interface Progress extends Disposable {
  add(amount: number): void;
  setTotal(total: number): void;
}

/** What a line of progress says. */
export interface ProgressState extends ProgressOptions {
  readonly done: number;
  readonly elapsedMs: number;
}

/**
 * `Hashing: 1.2 GB of 4.0 GB, 30 %, 310 MB/s, 9 s left`; parts that are not known are left out. Where nothing has been
 * counted, nor is known to come, it is the time that tells that work goes on: `Keeping the commit: 8.0 s`.
 */
export function progressLine(state: ProgressState): string {
  if (state.done === 0 && (state.total ?? 0) === 0 && state.elapsedMs > 0) {
    return `${state.label}: ${formatDuration(state.elapsedMs)}`;
  }
  const amount = (n: number) => state.unit === "bytes" ? formatBytes(n) : formatCount(n);
  const perSecond = state.elapsedMs > 0 ? state.done / (state.elapsedMs / 1000) : 0;
  const parts = [amount(state.done)];
  if (state.total !== undefined && state.total > 0) {
    parts[0] += ` of ${amount(state.total)}`;
    parts.push(`${Math.min(100, Math.floor(100 * state.done / state.total))} %`);
  }
  if (perSecond > 0) {
    parts.push(
      state.unit === "bytes"
        ? formatRate(perSecond)
        : `${perSecond < 10 ? perSecond.toFixed(1) : formatCount(Math.round(perSecond))}/s`,
    );
    if (state.total !== undefined && state.total > state.done) {
      parts.push(`${formatDuration(Math.max(1000, 1000 * (state.total - state.done) / perSecond))} left`);
    }
  }
  return `${state.label}: ${parts.join(", ")}`;
}

/** Where lines of progress go, and how often. */
export interface ProgressScreen {
  /** Work that ends sooner is never shown. */
  readonly afterMs: number;
  readonly everyMs: number;
  readonly now: () => number;
  show(line: string): void;
  clear(): void;
}

/** Starts a count that shows itself on `screen` until it is disposed. */
export function startProgress(options: ProgressOptions, screen: ProgressScreen): Progress {
  const startedAt = screen.now();
  let done = 0, total = options.total;
  const draw = () => {
    const state = { label: options.label, unit: options.unit, done, elapsedMs: screen.now() - startedAt };
    screen.show(progressLine(total === undefined ? state : { ...state, total }));
  };
  let timer = setTimeout(() => {
    draw();
    timer = setInterval(draw, screen.everyMs);
  }, screen.afterMs);
  return {
    add: (amount) => void (done += amount),
    setTotal: (amount) => void (total = amount),
    [Symbol.dispose]() {
      clearTimeout(timer);
      screen.clear();
    },
  };
}
