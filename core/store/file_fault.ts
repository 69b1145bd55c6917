import { UserError } from "../errors.ts";

/** The error for a file of the user's that cannot be read; `cause` may be a text that says why. */
export function fileUnreadable(path: string, cause: unknown): UserError {
  const why = cause instanceof Deno.errors.PermissionDenied
    ? "permission denied"
    : cause instanceof Deno.errors.NotFound
    ? "it does not exist"
    : cause instanceof Error
    ? cause.message
    : typeof cause === "string"
    ? cause
    : undefined;
  return new UserError("file_unreadable", {
    what: `Cannot read ${JSON.stringify(path)}`,
    ...(why === undefined ? {} : { why }),
  }, { cause });
}

/** The error for a file that is not the same before and after it was read. */
export function fileChanged(path: string): UserError {
  return new UserError("file_changed", {
    what: `Cannot take ${JSON.stringify(path)}`,
    why: "it changed while it was read",
    fix: ["run the command again once nothing writes to it"],
  });
}
