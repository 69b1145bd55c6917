import { AeroError, CorruptionError, OutsideError } from "../errors.ts";
import { digestOf } from "../format/digest_of.ts";
import { type Descriptor, MEDIA_TYPE } from "../model/descriptor.ts";
import type { Digest } from "../model/digest.ts";
import type { OperationOptions } from "../plugin/context.ts";
import type { StorageKey } from "../plugin/storage.ts";
import { mapConcurrent } from "./concurrent.ts";
import { PREFIX } from "./keys.ts";
import {
  NAME_PREFIXES,
  type ObjectReference,
  objectsOfImage,
  objectsOfManifest,
  recordOfPin,
  type References,
  referencesOf,
} from "./references.ts";
import type { StoredDocument } from "./documents.ts";
import { listSettled } from "./settled_documents.ts";
import type { Store } from "./store.ts";

const ANY = /^/;

/** All that names refer to. */
export interface Marked {
  readonly live: ReadonlySet<Digest>;
  /** How many documents were read. */
  readonly names: number;
  /** Pins whose runs are recorded. */
  readonly spentPins: readonly StorageKey[];
}

/** Options of {@link markLive}. */
export interface MarkOptions extends OperationOptions {
  /** Called now and then with documents and manifests read since the last call. */
  readonly onRead?: (count: number) => void;
}

/**
 * Finds every object that a name refers to, by itself or by a manifest. Complete, or it fails.
 *
 * @throws {CorruptionError} `marking_failed` naming the document that cannot be read, and what is known of it.
 */
export async function markLive(store: Store, options: MarkOptions = {}): Promise<Marked> {
  const live = new Set<Digest>();
  const manifests = new Map<Digest, Lister>();
  const keys = new Set<string>();
  const pins: { readonly key: StorageKey; readonly record: string }[] = [];
  // Pins come before runs: one that is gone by then has a record.
  for (const prefix of NAME_PREFIXES) {
    for (const { object: { key }, bytes } of await listTwice(store, prefix, options)) {
      keys.add(key);
      const { objects, manifests: trees, images } = read(key, bytes);
      if (key.startsWith(PREFIX.pins)) pins.push({ key, record: recordOfPin(bytes) });
      // The bytes of a record are an object too.
      if (key.startsWith(PREFIX.runs)) live.add(digestOf(bytes));
      for (const { digest } of [...objects, ...trees, ...images]) live.add(digest);
      for (const object of trees) manifests.set(object.digest, { object, key, read: objectsOfManifest });
      for (const object of images) manifests.set(object.digest, { object, key, read: objectsOfImage });
      options.onRead?.(1);
    }
  }
  const limit = store.storage.capabilities.maxConcurrency;
  await mapConcurrent([...manifests.values()], limit, async (lister) => {
    for (const { digest } of await listedBy(store, lister, options)) live.add(digest);
    options.onRead?.(1);
  });
  const spentPins = pins.filter(({ record }) => keys.has(record)).map(({ key }) => key);
  return { live, names: keys.size, spentPins };
}

/**
 * What either of two listings tells of, each once: no checksum is over a listing, and a name that is missing in one, or that
 * a wrong bit has made another's, would leave what it refers to for garbage.
 */
async function listTwice(
  store: Store,
  prefix: string,
  options: OperationOptions,
): Promise<Iterable<StoredDocument>> {
  const found = new Map<string, StoredDocument>();
  for (let times = 0; times < 2; times++) {
    for (const document of await listSettled(store, prefix, ANY, options)) {
      found.set(document.object.key, document);
    }
  }
  return found.values();
}

interface Lister {
  readonly object: ObjectReference;
  /** A document that names it. */
  readonly key: string;
  readonly read: (bytes: Uint8Array) => ObjectReference[];
}

function read(key: string, bytes: Uint8Array): References {
  let references: References | undefined;
  try {
    references = referencesOf(key, bytes);
  } catch (cause) {
    throw unreadable(key, cause);
  }
  if (references !== undefined) return references;
  throw failed(key, "it lies among names and is none that this aero knows", [
    `remove it if it is not aero's, or update aero`,
  ]);
}

async function listedBy(store: Store, lister: Lister, options: OperationOptions): Promise<ObjectReference[]> {
  const { digest, size } = lister.object;
  const expected: Digest | Descriptor = size === undefined
    ? digest
    : { mediaType: MEDIA_TYPE.manifest, digest, size };
  try {
    return lister.read(await store.getBytes(expected, options));
  } catch (cause) {
    throw unreadable(`${digest}, which ${lister.key} names,`, cause);
  }
}

function unreadable(what: string, cause: unknown): unknown {
  // What the storage fails with, or an abort, says nothing of the document.
  if (!(cause instanceof AeroError) || cause instanceof OutsideError || cause.kind === "outside") {
    return cause;
  }
  return failed(what, cause.message, ["see all that is damaged, and mend it: `aero storage fsck --repair`"], {
    cause,
  });
}

function failed(
  what: string,
  why: string,
  fix: readonly string[],
  options?: ErrorOptions,
): CorruptionError {
  return new CorruptionError("marking_failed", {
    what: "Cannot tell what is garbage, so nothing is removed",
    why: `${what} cannot be read, and may name anything: ${why}`,
    fix,
  }, options);
}
