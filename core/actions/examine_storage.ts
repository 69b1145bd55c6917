import type { App } from "../app.ts";
import type { Finding } from "../store/check.ts";

/** One thing in the storage that is not as it must be. */
export interface StorageFinding extends Finding {
  readonly type: "finding";
  /** Whether something is lost or wrong; a key that is not aero's does no harm. */
  readonly damage: boolean;
}

/** What was looked at, when all has been. */
export interface StorageExamined {
  readonly type: "fsck";
  readonly location: string;
  /** Objects and packs that were read. */
  readonly objects: number;
  readonly bytes: number;
  readonly damaged: number;
}

/** Reads the whole storage, with progress; gives each finding as it is found, and a summary in the end. */
export async function* examineStorage(app: App): AsyncGenerator<StorageFinding | StorageExamined> {
  const { services } = await app.openProject();
  const { store } = services;
  using progress = app.printer.progress({ label: "Reading", unit: "bytes" });
  let objects = 0, bytes = 0, damaged = 0;
  const onRead = (read: number) => {
    objects++;
    bytes += read;
    progress.add(read);
  };
  for await (const finding of store.check({ signal: app.signal, onRead })) {
    const damage = finding.kind !== "key_unknown";
    if (damage) damaged++;
    yield { type: "finding", ...finding, damage };
  }
  yield { type: "fsck", location: store.storage.location, objects, bytes, damaged };
}
