import {
  AeroError,
  CorruptionError,
  type ErrorKind,
  type ErrorReport,
  OutsideError,
  UserError,
} from "../errors.ts";

/** A failure as it goes from a Worker to the thread that started it. */
export type WorkerFault =
  | {
    readonly kind: ErrorKind;
    readonly code: string;
    readonly report: ErrorReport;
    readonly retryable: boolean;
  }
  | { readonly kind: "bug"; readonly message: string };

/** From a failure. */
export function toWorkerFault(error: unknown): WorkerFault {
  if (error instanceof AeroError) {
    const { kind, code, report } = error;
    return { kind, code, report, retryable: error instanceof OutsideError && error.retryable };
  }
  return { kind: "bug", message: error instanceof Error ? error.stack ?? error.message : String(error) };
}

/** To a failure that says the same. */
export function fromWorkerFault(fault: WorkerFault): Error {
  if (fault.kind === "bug") return new TypeError(`A Worker ended: ${fault.message}`);
  if (fault.kind === "user") return new UserError(fault.code, fault.report);
  if (fault.kind === "corrupt") return new CorruptionError(fault.code, fault.report);
  return new OutsideError(fault.code, fault.report, { retryable: fault.retryable });
}
