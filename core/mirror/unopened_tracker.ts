import {
  type ForeignFile,
  type ForeignPoint,
  type ForeignRun,
  type Tracker,
  type TrackerCapabilities,
  type TrackerCursor,
  TrackerError,
} from "../plugin/tracker.ts";

/** Stands for a tracker that could not be opened: every call tells why, so that no run fails of it. */
export class UnopenedTracker implements Tracker {
  readonly capabilities: TrackerCapabilities = {
    artifacts: "none",
    nonFiniteMetrics: false,
    maxPointsPerBatch: 1000,
    text: false,
    heartbeatMs: 0,
  };
  readonly location: string;
  readonly #error: unknown;

  /** @param location For people, in place of the address that is not known. */
  constructor(location: string, error: unknown) {
    this.location = location;
    this.#error = error;
  }

  cursor(): Promise<TrackerCursor> {
    return Promise.reject(this.#error);
  }
  send(): Promise<void> {
    return Promise.reject(this.#error);
  }
  annotate(): Promise<void> {
    return Promise.reject(this.#error);
  }
  urlOf(): undefined {
    return undefined;
  }
  find(): Promise<ForeignRun> {
    return Promise.reject(this.#error);
  }
  versionDocument(): Promise<string | undefined> {
    return Promise.reject(this.#error);
  }
  // deno-lint-ignore require-yield
  async *list(): AsyncGenerator<ForeignRun> {
    throw await this.#error;
  }
  // deno-lint-ignore require-yield
  async *points(): AsyncGenerator<ForeignPoint> {
    throw await this.#error;
  }
  // deno-lint-ignore require-yield
  async *files(): AsyncGenerator<ForeignFile> {
    throw await this.#error;
  }
  readFile(): Promise<never> {
    return Promise.reject(this.#error);
  }
  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Why a tracker does not do what was asked, on one line for people. */
export function troubleText(error: unknown): string {
  if (error instanceof TrackerError) return error.report.why ?? error.report.what;
  return error instanceof Error ? error.message : String(error);
}
