import { type Digest, digestHex, parseDigest } from "../model/digest.ts";
import type { RunId } from "../model/run_id.ts";
import { parseStorageKey, type StorageKey } from "../plugin/storage.ts";

/** The document that makes a prefix of a storage a store. */
export const MARKER_KEY: StorageKey = parseStorageKey("aero.json");

/** Prefixes under which a store lists. Each ends at a `/`. */
export const PREFIX = {
  objects: "objects/",
  packs: "packs/",
  artifacts: "artifacts/",
  aliases: "aliases/",
  versions: "versions/",
  runs: "runs/",
  images: "images/",
  imports: "imports/",
  pins: "pins/",
  collections: "gc/",
  pending: "pending/",
} as const;

const DOCUMENTS = [
  PREFIX.artifacts,
  PREFIX.aliases,
  PREFIX.versions,
  PREFIX.runs,
  PREFIX.images,
  PREFIX.imports,
  PREFIX.pending,
];

/** Whether a key, or all keys that begin so, hold names and documents of a few KB each. */
export function isDocumentKey(key: string): boolean {
  return key === MARKER_KEY || DOCUMENTS.some((prefix) => key.startsWith(prefix));
}

/**
 * Whether several writers may want a key for different things: who may have it can only be asked of the storage that
 * all share. Every other key is named by its content or by a run, and has one writer.
 */
export function isClaimKey(key: string): boolean {
  return key === MARKER_KEY || (key.startsWith(PREFIX.artifacts) && !key.includes(".annotations/")) ||
    key.startsWith(PREFIX.aliases) || key.startsWith(PREFIX.collections);
}

/** Where the bytes of one object are, when they are not in a pack. */
export function objectKey(digest: Digest): StorageKey {
  const hex = digestHex(digest);
  return parseStorageKey(`objects/sha256/${hex.slice(0, 2)}/${hex}`);
}

/** The digest in an object's key, or `undefined` if the key is not one of an object. */
export function digestOfObjectKey(key: string): Digest | undefined {
  const match = /^objects\/sha256\/([0-9a-f]{2})\/([0-9a-f]{64})$/.exec(key);
  return match && match[2]!.startsWith(match[1]!) ? parseDigest(`sha256:${match[2]}`) : undefined;
}

/** Where a pack is; `digest` is that of all its bytes. */
export function packKey(digest: Digest): StorageKey {
  return parseStorageKey(`packs/${digestHex(digest)}`);
}

/** The digest in a pack's key, or `undefined` if the key is not one of a pack. */
export function digestOfPackKey(key: string): Digest | undefined {
  const match = /^packs\/([0-9a-f]{64})$/.exec(key);
  return match ? parseDigest(`sha256:${match[1]}`) : undefined;
}

/** Where the label `v<number>` of an artifact is. */
export function labelKey(project: string, name: string, number: number): StorageKey {
  return parseStorageKey(`artifacts/${project}/${name}/v${number}.json`);
}

/** Where an alias of an artifact is. */
export function aliasKey(project: string, name: string, alias: string): StorageKey {
  return parseStorageKey(`aliases/${project}/${name}/${alias}.json`);
}

/** Where an experiment version is. */
export function versionKey(id: Digest): StorageKey {
  return parseStorageKey(`versions/${digestHex(id)}`);
}

/** Where a run's record is. */
export function recordKey(project: string, run: RunId): StorageKey {
  return parseStorageKey(`runs/${project}/${run}/record.json`);
}

/** Where a verdict on a run is; `document` is the digest of its bytes. */
export function verdictKey(project: string, run: RunId, document: Digest): StorageKey {
  return parseStorageKey(`runs/${project}/${run}/verdicts/${digestHex(document)}.json`);
}

/** Where what was said of a run later is; `document` is the digest of its bytes. */
export function runAnnotationKey(project: string, run: RunId, document: Digest): StorageKey {
  return parseStorageKey(`runs/${project}/${run}/annotations/${digestHex(document)}.json`);
}

/** Where what was said later of the version `v<number>` is; `document` is the digest of its bytes. */
export function versionAnnotationKey(
  { project, artifact, number }: {
    readonly project: string;
    readonly artifact: string;
    readonly number: number;
  },
  document: Digest,
): StorageKey {
  return parseStorageKey(
    `artifacts/${project}/${artifact}/v${number}.annotations/${digestHex(document)}.json`,
  );
}

/** Where the document of a kept image is; `image` is its config digest. */
export function imageKey(image: Digest): StorageKey {
  return parseStorageKey(`images/${digestHex(image)}.json`);
}

/** Where the record of an import is; `document` is the digest of its bytes. */
export function importKey(manifest: Digest, document: Digest): StorageKey {
  return parseStorageKey(`imports/${digestHex(manifest)}/${digestHex(document)}.json`);
}

/** Where it is kept what a run that is not recorded yet relies on. */
export function pinKey(run: RunId): StorageKey {
  return parseStorageKey(`pins/${run}.json`);
}

/** Where a list of condemned keys is; `id` has letters, digits and dashes. */
export function condemnedKey(id: string): StorageKey {
  return parseStorageKey(`gc/${id}.json`);
}

/** Where it is noted that all of a list has been removed that was to be removed. */
export function collectedKey(id: string): StorageKey {
  return parseStorageKey(`gc/${id}.done`);
}

/** Where it is noted that a list cannot be read. */
export function damagedListKey(id: string): StorageKey {
  return parseStorageKey(`gc/${id}.damaged`);
}

/**
 * Where a version waits for its label, in an outbox only; `document` is the digest of its bytes. Keys of one artifact
 * sort by time.
 */
export function pendingKey(
  version: { readonly project: string; readonly artifact: string; readonly createdAt: number },
  document: Digest,
): StorageKey {
  const at = String(Math.trunc(version.createdAt)).padStart(14, "0");
  const { project, artifact } = version;
  return parseStorageKey(`${PREFIX.pending}${project}/${artifact}/${at}-${digestHex(document)}.json`);
}
