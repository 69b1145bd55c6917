import { statfs } from "node:fs/promises";
import { formatBytes } from "../cli/human.ts";
import type { MachineCheck } from "./examine_machine.ts";

/** Less free space than this is told of, in bytes. */
const SCARCE_BYTES = 1e9;

/**
 * Tries whether a directory, which is made if absent, can be written.
 *
 * @param capBytes What is kept in it at most.
 */
export async function examineDirectory(
  subject: string,
  directory: string,
  capBytes?: number,
): Promise<MachineCheck> {
  const about = { type: "check", subject } as const;
  const fault = await writeFault(directory);
  if (fault !== undefined) {
    const detail = `${directory} cannot be written: ${fault}`;
    return { ...about, state: "problem", detail, fix: [`see who may: \`ls -ld ${directory}\``] };
  }
  const free = await freeBytes(directory);
  const cap = capBytes === undefined ? "" : `, kept under ${formatBytes(capBytes)}`;
  const detail = `${directory}${free === undefined ? "" : `, ${formatBytes(free)} free`}${cap}`;
  if (free === undefined || free >= SCARCE_BYTES) return { ...about, state: "ok", detail, fix: [] };
  return { ...about, state: "warning", detail, fix: ["make room: `aero cache prune --keep 0`"] };
}

/** Bytes that this user may still write to the disk of a directory; `undefined` where that cannot be asked. */
export async function freeBytes(directory: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    // Some network drives do not tell.
    return undefined;
  }
}

async function writeFault(directory: string): Promise<string | undefined> {
  const probe = `${directory}/.probe-${crypto.randomUUID()}`;
  try {
    await Deno.mkdir(directory, { recursive: true });
    await Deno.writeTextFile(probe, "probe", { createNew: true });
    await Deno.remove(probe);
    return undefined;
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
}
