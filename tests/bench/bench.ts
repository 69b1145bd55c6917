import type { Aero } from "./aero.ts";
import type { Peers } from "./peers.ts";

/** One measured number, or a comparison of two. */
export interface Row {
  /** What was measured, with its size. */
  readonly what: string;
  readonly value: number;
  /** `×` is a ratio: the median of the rounds' own ratios. */
  readonly unit: "ms" | "s" | "GB/s" | "MB" | "lines/s" | "points/s" | "×";
  /** All rounds, in order; absent for what was measured once. */
  readonly rounds?: readonly number[];
  /** Bound that the number must keep; absent for what is given for scale. */
  readonly atMost?: number;
  readonly atLeast?: number;
  /** Exact command that was timed. */
  readonly command?: string;
}

/** What a bench works with. */
export interface BenchContext {
  /** Empty directory of this bench; removed afterwards. */
  readonly directory: string;
  readonly aero: Aero;
  readonly peers: Peers;
  /** Small sizes and few rounds: shows that the bench works, and nothing else. */
  readonly quick: boolean;
  readonly signal: AbortSignal;
  /** Tells people what is going on, or what was left out and why. */
  note(text: string): void;
}

/** A question, and how it is answered. */
export interface Bench {
  readonly name: string;
  readonly question: string;
  run(context: BenchContext): Promise<Row[]>;
}

/** Whether a row keeps its bound; `undefined` if it has none. */
export function keepsBudget({ value, atMost, atLeast }: Row): boolean | undefined {
  if (atMost === undefined && atLeast === undefined) return undefined;
  return value <= (atMost ?? Infinity) && value >= (atLeast ?? -Infinity);
}
