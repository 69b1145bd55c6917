/**
 * What the binary may do; a new line here is a decision.
 *
 * Deno opens files under /proc and /sys to no program that lacks any one permission, and how a run ran out of memory,
 * what the machine is, and which limits hold are read there. So the list is whole; remote code stays out by
 * `--no-remote`.
 */
export const PERMISSIONS = [
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-run",
  "--allow-env",
  "--allow-sys",
  "--allow-net",
  "--allow-ffi",
  "--allow-import",
] as const;
