import type { App } from "../app.ts";
import { AeroError, isAbort } from "../errors.ts";
import { bytesBody, parseStorageKey, type Storage, StorageError } from "../plugin/storage.ts";
import { clockFault } from "./probe_storage.ts";

/** Whether one thing may be done in a storage. */
export interface RightExamined {
  readonly type: "right";
  readonly right: "list" | "store" | "ask" | "read" | "delete" | "clock";
  readonly outcome: "held" | "refused";
  /** Why not. */
  readonly why?: string;
  readonly fix?: readonly string[];
}

/**
 * Does each thing that aero does in a storage, once and with a few bytes: what is wrong with an address, a bucket, a
 * right or a clock is then told by itself, and not as a clause that is broken. What is refused for the same reason as
 * what came before is not told again.
 */
export async function* examineRights(app: App, storage: Storage): AsyncGenerator<RightExamined> {
  const key = parseStorageKey(`check-${crypto.randomUUID()}/right`);
  const bytes = crypto.getRandomValues(new Uint8Array(64));
  const { signal } = app;
  let storedAt: number | undefined;
  const steps: readonly (readonly [RightExamined["right"], () => Promise<unknown>])[] = [
    ["list", () => Array.fromAsync(storage.list(`${key}/`, { signal }))],
    ["store", () => storage.put(key, bytesBody(bytes), { signal })],
    ["ask", async () => storedAt = (await storage.stat(key, { signal }))?.modifiedAt],
    ["read", async () => await new Response(await storage.get(key, { signal })).arrayBuffer()],
    ["delete", () => storage.delete(key, { signal })],
  ];
  const told = new Set<string>();
  let stored = false;
  for (const [right, act] of steps) {
    // Without an object there is none to read, and absence would look like a refusal.
    if (!stored && right !== "list" && right !== "store") continue;
    try {
      await act();
      if (right === "store") stored = true;
      yield { type: "right", right, outcome: "held" };
    } catch (error) {
      if (isAbort(error) || !(error instanceof AeroError)) throw error;
      const { report } = serviceError(error);
      const { why = report.what, fix } = report;
      // Identifiers of requests differ from one to the next.
      const reason = why.replace(/\([^()]*\)$/, "");
      if (told.has(reason)) continue;
      told.add(reason);
      yield { type: "right", right, outcome: "refused", why, ...(fix === undefined ? {} : { fix }) };
    }
  }
  const clock = storedAt === undefined ? undefined : clockFault(storedAt, app.io.now().getTime());
  if (clock !== undefined) {
    yield { type: "right", right: "clock", outcome: "refused", why: clock, fix: ["set the clock"] };
  }
}

/** The plugin's own error: what a wrapper made of it says how aero goes on without the storage. */
function serviceError(error: AeroError): AeroError {
  let found = error;
  for (let at: unknown = error.cause; at instanceof Error; at = at.cause) {
    if (at instanceof StorageError) found = at;
  }
  return found;
}
