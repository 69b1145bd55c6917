import type { App } from "../app.ts";
import { formatBytes, formatDuration } from "../cli/human.ts";
import { CorruptionError } from "../errors.ts";
import { bytesBody, parseStorageKey, type Storage } from "../plugin/storage.ts";
import { freeBytes } from "./examine_directory.ts";
import type { MachineCheck } from "./examine_machine.ts";

/** Difference between the clocks of this machine and of the storage that is told of, in milliseconds. */
const SKEW_MS = 60_000;
/** No run can be older than the program: a clock before 2025 was never set. */
const EARLIEST_MS = Date.UTC(2025);

/**
 * Stores, reads and removes a few bytes under a key of its own, and compares clocks. Nothing of it ever waits on this
 * machine for a storage that is away.
 *
 * @throws {StorageError} as the storage does; {CorruptionError} `object_corrupt` if other bytes come back.
 */
export async function probeStorage(app: App): Promise<MachineCheck> {
  const { store } = (await app.openProject()).services;
  if (app.isOffline) {
    const detail = `${store.storage.location}, not asked: offline`;
    return { type: "check", subject: "storage", state: "warning", detail, fix: [] };
  }
  // Not what would wait on this machine: a probe that waits is sent one day, and then removed by nobody.
  const storage = store.outbox?.remote ?? store.storage;
  const now = () => app.io.now().getTime();
  const startedAt = now();
  const storedAt = await roundTrip(storage, app.signal);
  const tookMs = now() - startedAt;
  const { stagingDirectory } = storage.capabilities;
  const free = stagingDirectory === undefined ? undefined : await freeBytes(stagingDirectory);
  const detail = [
    storage.location,
    `written, read and removed in ${formatDuration(tookMs)}`,
    ...(free === undefined ? [] : [`${formatBytes(free)} free`]),
  ].join(", ");
  const clock = clockFault(storedAt, now());
  return clock === undefined ? { type: "check", subject: "storage", state: "ok", detail, fix: [] } : {
    type: "check",
    subject: "storage",
    state: "warning",
    detail: `${detail}; ${clock}`,
    fix: ["set the clock"],
  };
}

/** When the storage says it stored the probe; epoch milliseconds. */
async function roundTrip(storage: Storage, signal: AbortSignal): Promise<number> {
  const key = parseStorageKey(`check-${crypto.randomUUID()}/probe`);
  const bytes = crypto.getRandomValues(new Uint8Array(64));
  await storage.put(key, bytesBody(bytes), { signal, ifAbsent: true });
  try {
    const stat = await storage.stat(key, { signal });
    const read = new Uint8Array(await new Response(await storage.get(key, { signal })).arrayBuffer());
    if (stat !== undefined && read.length === bytes.length && read.every((byte, i) => byte === bytes[i])) {
      return stat.modifiedAt;
    }
  } finally {
    await storage.delete(key);
  }
  throw new CorruptionError("object_corrupt", {
    what: `Cannot trust the storage at ${storage.location}`,
    why: "other bytes were read than had just been stored",
    fix: ["test all that it does: `aero storage check`"],
  });
}

/** What is wrong with the clock of this machine, by that of the storage. */
export function clockFault(storedAt: number, now: number): string | undefined {
  if (now < EARLIEST_MS) return "the clock of this machine was never set";
  const skewMs = Math.abs(now - storedAt);
  return skewMs < SKEW_MS
    ? undefined
    : `the clock of this machine is ${formatDuration(skewMs)} ${
      now < storedAt ? "behind" : "ahead of"
    } the storage's`;
}
