import { AeroError, isAbort } from "../errors.ts";
import { writePin } from "../format/pin_format.ts";
import type { RunStart } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import { bytesBody } from "../plugin/storage.ts";
import { pinKey } from "./keys.ts";
import type { Store } from "./store.ts";

/**
 * Keeps what a run relies on, and no name refers to before its record does, from being taken for garbage while it runs.
 *
 * Never fails: what a writer was told holds for two days anyway, and a storage that is away collects no garbage.
 */
export async function pinRun(store: Store, { project, run, source }: RunStart): Promise<void> {
  const objects = source.packs.map(({ mediaType, digest, size }) => ({ mediaType, digest, size }));
  const body = bytesBody(writePin({ schema: "aero/pin@1", project, run, objects }));
  await attempt(store, (storage) => storage.put(pinKey(run), body));
}

/** Removes the pin of a run whose record is stored. Never fails: a collection of garbage removes what is left. */
export async function unpinRun(store: Store, run: RunId): Promise<void> {
  await attempt(store, (storage) => storage.delete(pinKey(run)));
}

async function attempt(store: Store, work: (storage: Store["storage"]) => Promise<void>): Promise<void> {
  if (store.isAway) return;
  try {
    // Not by way of the outbox: a pin that comes late is of no use.
    await work(store.outbox?.remote ?? store.storage);
  } catch (error) {
    // An interrupt ends what is asked of a slow storage, and the run is to be recorded all the same.
    if (!(error instanceof AeroError) && !isAbort(error)) throw error;
  }
}
