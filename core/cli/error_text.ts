import { AeroError, EXIT, isAbort } from "../errors.ts";
import { databaseFault } from "../model/database_fault.ts";
import { escapeText, jsonLine } from "./escape.ts";
import type { Style } from "./style.ts";

/** What a command ends with when it fails: the facts, and the exit code. */
export interface Failure {
  readonly type: "error";
  /** Stable name; `bug` for an exception that nobody foresaw, `interrupted` after Ctrl-C. */
  readonly code: string;
  readonly kind: "user" | "outside" | "corrupt" | "bug" | "interrupted";
  readonly what: string;
  readonly why?: string;
  readonly fix?: readonly string[];
  /** Of a bug only. */
  readonly stack?: string;
}

/** Tells what an exception means to the person at the keyboard. */
export function failureOf(error: unknown, version: string): Failure {
  // Closing failed after the work had: what the work says comes first, and the other is most often its consequence.
  if (error instanceof SuppressedError) return failureOf(error.suppressed, version);
  if (error instanceof AeroError) {
    return { type: "error", code: error.code, kind: error.kind, ...error.report };
  }
  if (isAbort(error)) return { type: "error", code: "interrupted", kind: "interrupted", what: "Interrupted" };
  const system = systemFailure(error);
  if (system !== undefined) return { type: "error", kind: "outside", ...system };
  return {
    type: "error",
    code: "bug",
    kind: "bug",
    what: "This is a bug in aero",
    why: error instanceof Error ? `${error.name}: ${error.message}` : `not an error but ${describe(error)}`,
    fix: ["report it with all of these lines, and what you typed"],
    stack: `aero ${version}, Deno ${Deno.version.deno}, ${Deno.build.target}\n${stackOf(error)}`,
  };
}

/** Whether the system says that a disk has no room left. */
export function saysFull(error: unknown): boolean {
  return error instanceof Error && ["ENOSPC", "EDQUOT"].includes(String((error as { code?: unknown }).code));
}

/** What the system calls what SQLite says of a disk. */
const DATABASE_CODES = { full: "ENOSPC", unusable: "EIO" } as const;

/**
 * What the system says of a disk or a directory can show at any call, also at those that nothing translates. It is
 * for whoever runs the machine, and no bug.
 */
function systemFailure(error: unknown): Pick<Failure, "code" | "what" | "why" | "fix"> | undefined {
  if (!(error instanceof Error)) return undefined;
  const why = error.message;
  const fault = databaseFault(error);
  switch (fault === undefined ? (error as { code?: unknown }).code : DATABASE_CODES[fault]) {
    case "ENOSPC":
    case "EDQUOT":
      return {
        code: "disk_full",
        what: "Cannot write",
        why,
        fix: ["free space on that disk; `aero cache prune` does where the cache is"],
      };
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return { code: "access_denied", what: "Cannot use a file or directory", why, fix: ["`aero doctor`"] };
    case "ENOTDIR":
    case "EISDIR":
    case "ELOOP":
    case "ENAMETOOLONG":
    case "EIO":
    case "EMFILE":
    case "ENFILE":
    case "ESTALE":
      return { code: "file_unusable", what: "Cannot use a file or directory", why, fix: ["`aero doctor`"] };
    default:
      return undefined;
  }
}

/** The exit code of a failure. */
export function exitCodeOf(failure: Failure): number {
  return EXIT[failure.kind];
}

/** Renders a failure: `error:`, `cause:`, an empty line and `hint:` lines; or one JSON object. Ends with a newline. */
export function failureText(failure: Failure, style: Style, json: boolean): string {
  if (json) return jsonLine(failure) + "\n";
  if (failure.kind === "interrupted") return "interrupted\n";
  const lines = [`${style.bold(style.red("error:"))} ${indented(failure.what, 7)}`];
  if (failure.why !== undefined) lines.push(`${style.bold("cause:")} ${indented(failure.why, 7)}`);
  if (failure.stack !== undefined) lines.push("", escapeText(failure.stack));
  if (failure.fix !== undefined && failure.fix.length > 0) {
    lines.push("", ...failure.fix.map((fix) => `${style.bold(style.cyan("hint:"))} ${indented(fix, 6)}`));
  }
  return lines.join("\n") + "\n";
}

function indented(text: string, by: number): string {
  return escapeText(text).replaceAll("\n", `\n${" ".repeat(by)}`);
}

function stackOf(error: unknown): string {
  const lines: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    lines.push(`${depth > 0 ? "caused by: " : ""}${at.stack ?? `${at.name}: ${at.message}`}`);
  }
  return lines.length > 0 ? lines.join("\n") : describe(error);
}

function describe(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return typeof value;
  }
}
