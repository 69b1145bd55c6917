import type { RunId } from "../model/run_id.ts";

/** What every plugin gets from aero, so that it needs no globals. */
export interface PluginContext {
  readonly signal: AbortSignal;
  /** Aborts when whoever aborted by `signal` asks again: what was given time to end is ended at once. */
  readonly urgent?: AbortSignal;
  /** The clock. */
  readonly now: () => Date;
  /** Variables that the plugin may read: those of the user's environment. */
  readonly variable: (name: string) => string | undefined;
  /** For `--verbose`; never a secret. */
  readonly log: (event: string, fields?: Record<string, unknown>) => void;
  /** Directory for this user's data, such as the default local storage. */
  readonly dataDirectory: string;
  /** Name of the project that is worked in; absent outside of one, and where a plugin has no use for it. */
  readonly project?: string;
  /** Name of the project that a run belongs to, as far as this place knows. */
  readonly projectOf?: (run: RunId) => Promise<string | undefined>;
}

/** What every operation takes. */
export interface OperationOptions {
  /** An abort comes out as the reason that went in, not wrapped. */
  readonly signal?: AbortSignal;
}
