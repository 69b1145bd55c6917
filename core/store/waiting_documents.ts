import { CorruptionError } from "../errors.ts";
import { digestOf } from "../format/digest_of.ts";
import { type KeptImage, readKeptImage } from "../format/image_format.ts";
import { readPendingVersion } from "../format/label_format.ts";
import { readRecord } from "../format/record_format.ts";
import type { PendingVersion } from "../model/lineage.ts";
import type { RunRecord } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import type { OperationOptions } from "../plugin/context.ts";
import type { StorageKey, StoredObject } from "../plugin/storage.ts";
import { mapConcurrent } from "./concurrent.ts";
import { isDocumentKey, PREFIX } from "./keys.ts";
import type { Outbox } from "./outbox.ts";
import { readAll } from "./verified_stream.ts";

/** A document that waits, and what it says. */
export interface WaitingDocument<T> {
  readonly key: StorageKey;
  readonly value: T;
}

/** A document that waits, and whose bytes are not those that were written. */
export interface DamagedDocument {
  readonly key: StorageKey;
  readonly why: string;
}

/** Documents that wait in an outbox, as they were when it was looked at. */
export interface WaitingDocuments {
  /** The bytes of each. */
  readonly bytes: ReadonlyMap<StorageKey, Uint8Array>;
  readonly records: readonly WaitingDocument<RunRecord>[];
  /** Oldest first. */
  readonly versions: readonly WaitingDocument<PendingVersion>[];
  readonly images: readonly WaitingDocument<KeptImage>[];
  readonly damaged: readonly DamagedDocument[];
}

// What is said of runs.
const REMARK = /\/(?:verdicts|annotations)\//;
const RECORD = /\/record\.json$/;
// Keys that end with the digest of what they hold.
const NAMED = /(?:^versions\/|[/-])([0-9a-f]{64})(?:\.json)?$/;
const MOST_AT_ONCE = 16;

/** Reads all documents that wait. @throws {UserError} `…_newer` if a newer aero wrote one. */
export async function readWaiting(
  outbox: Outbox,
  waiting: readonly StoredObject[],
  options: OperationOptions,
): Promise<WaitingDocuments> {
  const bytes = new Map<StorageKey, Uint8Array>();
  const records: WaitingDocument<RunRecord>[] = [];
  const versions: WaitingDocument<PendingVersion>[] = [];
  const images: WaitingDocument<KeptImage>[] = [];
  const damaged: DamagedDocument[] = [];
  await mapConcurrent(waiting.filter(({ key }) => isDocumentKey(key)), MOST_AT_ONCE, async ({ key }) => {
    const stream = await outbox.get(key, options);
    // Removed since by who put it in.
    if (stream === undefined) return;
    const content = await readAll(stream);
    bytes.set(key, content);
    try {
      if (isRecordKey(key)) records.push({ key, value: readRecord(content) });
      else if (key.startsWith(PREFIX.images)) images.push({ key, value: readKeptImage(content) });
      else if (key.startsWith(PREFIX.pending)) versions.push({ key, value: readPendingVersion(content) });
    } catch (error) {
      if (!(error instanceof CorruptionError)) throw error;
      damaged.push({ key, why: error.report.why ?? error.report.what });
      return;
    }
    const named = key.startsWith(PREFIX.images) ? undefined : NAMED.exec(key)?.[1];
    if (named !== undefined && digestOf(content) !== `sha256:${named}`) {
      damaged.push({ key, why: `its bytes hash to ${digestOf(content)}` });
    }
  });
  versions.sort((a, b) => a.value.createdAt - b.value.createdAt || (a.key < b.key ? -1 : 1));
  return { bytes, records, versions, images, damaged };
}

/** Whether a key is that of a run's record. */
export function isRecordKey(key: string): boolean {
  return key.startsWith(PREFIX.runs) && RECORD.test(key);
}

/** Whether a key is that of a verdict, tags or a note. */
export function isRemarkKey(key: string): boolean {
  return key.startsWith(PREFIX.artifacts) || (key.startsWith(PREFIX.runs) && REMARK.test(key));
}

/** The run that a key under `runs/` is about. */
export function runOfKey(key: string): RunId | undefined {
  return key.startsWith(PREFIX.runs) ? key.split("/")[2] as RunId : undefined;
}
