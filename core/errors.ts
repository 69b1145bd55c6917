/**
 * What can go wrong, told by who has to act.
 *
 * A kind decides the exit code, whether a retry can help, and the wording. Anything thrown that is not an
 * `AeroError` (and not an `AbortError`) is a bug in aero.
 */

/** What a person needs in order to act; data, so that `--json` and the terminal show the same facts. */
export interface ErrorReport {
  /** What aero could not do: `Cannot start run "train"`. No full stop. */
  readonly what: string;
  /** A fact about the present state, with names and numbers. Absent if the cause is not known. */
  readonly why?: string;
  /** Commands or edits, most likely first. A command stands in back quotes. */
  readonly fix?: readonly string[];
}

/** Who has to act: the person at the keyboard, whoever runs the service, or someone careful. */
export type ErrorKind = "user" | "outside" | "corrupt";

/** Exit codes of every command. */
export const EXIT = {
  ok: 0,
  /** The run's own program failed, or a verdict was "different". Not an error of aero. */
  programFailed: 1,
  user: 2,
  /** Done, but a tracker or an upload lags behind. */
  lagging: 3,
  outside: 4,
  corrupt: 5,
  bug: 70,
  interrupted: 130,
} as const;

/** Base of every failure that aero foresees. */
export abstract class AeroError extends Error {
  abstract readonly kind: ErrorKind;
  /** Stable snake_case name; narrowed to a union by each subclass. */
  readonly code: string;
  readonly report: ErrorReport;

  constructor(code: string, report: ErrorReport, options?: ErrorOptions) {
    super(report.why === undefined ? report.what : `${report.what}: ${report.why}`, options);
    this.name = new.target.name;
    this.code = code;
    this.report = report;
  }

  /** The exit code of a command that ends with this error. */
  get exitCode(): number {
    return EXIT[this.kind];
  }
}

/** Input, config or worktree: the person at the keyboard can mend it. */
export class UserError extends AeroError {
  readonly kind = "user";
}

/** Network, service, disk or rights: whoever runs them can mend it. */
export class OutsideError extends AeroError {
  readonly kind = "outside";
  /** Whether the same call may succeed later with nothing changed here. */
  readonly retryable: boolean;

  constructor(code: string, report: ErrorReport, options?: ErrorOptions & { retryable?: boolean }) {
    super(code, report, options);
    this.retryable = options?.retryable ?? false;
  }
}

/** Bytes that do not match their digest, or a document that cannot be read. Never retried. */
export class CorruptionError extends AeroError {
  readonly kind = "corrupt";
}

/** Whether `error` is the signal's own abort, which passes through everything untouched. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** Ends an exhaustive `switch`: a forgotten case does not compile. */
export function unreachable(value: never): never {
  throw new TypeError(`Unreachable case: ${JSON.stringify(value)}`);
}
