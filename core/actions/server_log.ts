import { fstatSync, ftruncateSync } from "node:fs";

/** A log that is longer is put aside: 64 MiB, half a million requests. */
const MOST_LOG_BYTES = 64 * 1024 * 1024;

/** Where this process says things: standard output. */
const STANDARD_OUTPUT = 1;

/** Begins a new log, before a server starts, where the old one has grown large; one former is kept. */
export async function turnLog(path: string): Promise<void> {
  const size = (await Deno.stat(path).catch(() => undefined))?.size ?? 0;
  if (size > MOST_LOG_BYTES) await Deno.rename(path, formerLog(path));
}

/**
 * The same for a log that this process itself writes: its output cannot be led elsewhere, so the file is copied and then
 * emptied. Nothing is done where the output goes anywhere else.
 *
 * Synchronous, since what is written in between would be lost.
 *
 * @param output File descriptor of the log, open for appending.
 */
export function turnRunningLog(path: string, output = STANDARD_OUTPUT, mostBytes = MOST_LOG_BYTES): void {
  const written = fstatSync(output);
  if (!written.isFile() || written.size <= mostBytes) return;
  const named = Deno.statSync(path);
  if (named.ino !== written.ino || named.dev !== written.dev) return;
  const former = formerLog(path);
  Deno.copyFileSync(path, `${former}.tmp`);
  Deno.renameSync(`${former}.tmp`, former);
  ftruncateSync(output, 0);
}

function formerLog(path: string): string {
  return `${path}.1`;
}
