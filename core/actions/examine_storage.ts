import type { App } from "../app.ts";
import { FileStamps } from "../cache/file_stamps.ts";
import { openPlace } from "../open_place.ts";
import type { CheckOptions, Finding } from "../store/check.ts";
import { type ObjectSource, storeSource } from "../store/object_sources.ts";
import { type Mending, repairStore } from "../store/repair_store.ts";
import type { Store } from "../store/store.ts";
import { withoutOutbox } from "../store/without_outbox.ts";
import { cachedObjects } from "./cached_objects.ts";
import { openCheckMemory } from "./check_memory.ts";
import { fileObjects } from "./files_by_size.ts";
import { absolutePath } from "./storage_server.ts";

/** One thing in the storage that is not as it must be. */
export interface StorageFinding extends Finding {
  readonly type: "finding";
  /** Whether something is lost or wrong; a key that is not aero's does no harm. */
  readonly damage: boolean;
}

/** Something that a repair has put right, or removed. */
export interface StorageMending {
  readonly type: "repair";
  readonly action: Mending["kind"];
  readonly key: string;
  readonly from?: string;
}

/** Damage that could not be put right, with what refers to it. */
export interface StorageLoss extends Finding {
  readonly type: "loss";
}

/** What was looked at, when all has been. */
export interface StorageExamined {
  readonly type: "fsck";
  readonly location: string;
  /** Objects and packs that were looked at. */
  readonly objects: number;
  readonly bytes: number;
  /** What is damaged still. */
  readonly damaged: number;
  /** What was put right. */
  readonly mended: number;
}

/** How the storage is looked at. */
export interface ExamineOptions {
  readonly quick: boolean;
  readonly repair: boolean;
  /** Other storages to have objects from, as typed. */
  readonly from: readonly string[];
  /** Files and directories to have objects from, as typed. */
  readonly files: readonly string[];
  /** Goes on where a check that was stopped has got to. */
  readonly resume: boolean;
}

/** All that an examination gives. */
export type ExaminationItem = StorageFinding | StorageMending | StorageLoss | StorageExamined;

/** Reads the whole storage, with progress; gives each finding as it is found, and a summary in the end. */
export async function* examineStorage(app: App, options: ExamineOptions): AsyncGenerator<ExaminationItem> {
  const project = await app.openProject();
  const store = withoutOutbox(project.services.store, app.signal);
  const { location } = store.storage;
  using progress = app.printer.progress({ label: "Reading", unit: "bytes" });
  using memory = openCheckMemory(project.cacheDirectory, location, options.resume);
  let objects = 0, bytes = 0;
  const check: CheckOptions = {
    signal: app.signal,
    quick: options.quick,
    memory,
    now: () => app.io.now().getTime(),
    onRead(read) {
      objects++;
      bytes += read;
      progress.add(read);
    },
  };
  let damaged = 0, mended = 0;
  if (options.repair) {
    const sources = await sourcesOf(app, options, project.cacheDirectory);
    for await (const event of repairStore(store, sources, check)) {
      if (event.event === "found") yield toItem(event.finding);
      else if (event.event === "done") {
        const { kind: action, key, from } = event.mending;
        mended++;
        yield { type: "repair", action, key, ...(from === undefined ? {} : { from }) };
      } else if (isDamage(event.finding)) {
        damaged++;
        yield { type: "loss", ...event.finding };
      }
    }
  } else damaged = yield* found(store, check);
  memory.forget();
  // Data that is still where it came from can be added again, which keeps what is missing; unread, nothing would be.
  if (damaged > 0) new FileStamps(project.cacheDirectory).forget();
  yield { type: "fsck", location, objects, bytes, damaged, mended };
}

async function* found(store: Store, check: CheckOptions): AsyncGenerator<StorageFinding, number> {
  let damaged = 0;
  for await (const finding of store.check(check)) {
    if (isDamage(finding)) damaged++;
    yield toItem(finding);
  }
  return damaged;
}

async function sourcesOf(app: App, { from, files }: ExamineOptions, cache: string): Promise<ObjectSource[]> {
  const sources = [cachedObjects(cache), ...files.map((path) => fileObjects(absolutePath(app, path)))];
  for (const place of from) sources.push(storeSource((await openPlace(app, place, { exists: true })).store));
  return sources;
}

function toItem(finding: Finding): StorageFinding {
  return { type: "finding", ...finding, damage: isDamage(finding) };
}

function isDamage({ kind }: Finding): boolean {
  return kind !== "key_unknown";
}
