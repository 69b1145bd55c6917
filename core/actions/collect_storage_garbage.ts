import type { App } from "../app.ts";
import { type Collected, collectGarbage } from "../store/collect_garbage.ts";
import { LEAST_WINDOW_MS } from "../store/collection_times.ts";
import { UserError } from "../errors.ts";
import { withoutOutbox } from "../store/without_outbox.ts";

/** What happened to one object or pack, or would. */
export interface GarbageItem {
  readonly type: "garbage";
  readonly action: Collected["kind"];
  readonly key: string;
  readonly bytes: number;
}

/** How many, and how much. */
export interface GarbageSum {
  readonly count: number;
  readonly bytes: number;
}

/** What a collection came to. */
export interface GarbageCollected extends Readonly<Record<Collected["kind"], GarbageSum>> {
  readonly type: "gc";
  readonly location: string;
  readonly dryRun: boolean;
  /** Days between condemning and removing. */
  readonly keepDays: number;
}

/** Options of {@link collectStorageGarbage}. */
export interface StorageGarbageOptions {
  readonly dryRun: boolean;
  readonly keepDays: number;
  readonly alone: boolean;
}

const DAY_MS = 86_400_000;
const LEAST_DAYS = LEAST_WINDOW_MS / DAY_MS;

/**
 * Collects garbage in the project's storage, with progress; gives each key as it comes, and a summary in the end.
 *
 * @throws {UserError} `window_too_short`; {CorruptionError} `marking_failed`.
 */
export async function* collectStorageGarbage(
  app: App,
  { dryRun, keepDays, alone }: StorageGarbageOptions,
): AsyncGenerator<GarbageItem | GarbageCollected> {
  if (!alone && keepDays < LEAST_DAYS) throw tooShort(keepDays);
  const { services } = await app.openProject();
  const store = withoutOutbox(services.store, app.signal);
  const sums = { condemned: none(), removed: none(), pardoned: none(), repacked: none(), damaged: none() };
  using progress = app.printer.progress({ label: "Looking at what is referred to", unit: "items" });
  const collection = collectGarbage(store, {
    signal: app.signal,
    windowMs: keepDays * DAY_MS,
    dryRun,
    alone,
    onRead: (count) => progress.add(count),
  });
  for await (const { kind: action, key, size: bytes } of collection) {
    sums[action].count++;
    sums[action].bytes += bytes;
    yield { type: "garbage", action, key, bytes };
  }
  yield { type: "gc", location: store.storage.location, dryRun, keepDays, ...sums };
}

function none(): { count: number; bytes: number } {
  return { count: 0, bytes: 0 };
}

function tooShort(days: number): UserError {
  return new UserError("window_too_short", {
    what: `Cannot keep garbage for ${days} ${days === 1 ? "day" : "days"} only`,
    why: `a writer on another machine may still rely on it; ${LEAST_DAYS} days are the least that is safe`,
    fix: [
      `\`aero storage gc --keep-days ${LEAST_DAYS}\``,
      "if nobody else uses the storage now: `aero storage gc --alone`",
    ],
  });
}
