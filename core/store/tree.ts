import { digestOf } from "../format/digest_of.ts";
import { readManifest, writeManifest } from "../format/manifest_format.ts";
import { type Descriptor, MEDIA_TYPE } from "../model/descriptor.ts";
import type { Digest } from "../model/digest.ts";
import { compareBytes, type Manifest, type ManifestEntry, totalBytes } from "../model/manifest.ts";
import type { ScanMemory, ScannedFile, TreeScan } from "../model/tree_scan.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { RELIANCE_MS } from "./collection_times.ts";
import { fileChanged } from "./file_fault.ts";
import type { BulkOptions, Store } from "./store.ts";
import { sameStamp, type WalkedEntry } from "./look_at.ts";
import { walkAny } from "./tree_walk.ts";

/** Options of {@link addTree}. */
export interface AddTreeOptions extends BulkOptions {
  /** Spares reading files that have not changed since they were added last. */
  readonly statIndex?: ScanMemory;
  /**
   * Whether a name in the storage stands for a manifest already. Asked of a tree that has not changed since it was added last:
   * if so, nothing new will rely on what is stored, and nothing is asked or put.
   */
  readonly isNamed?: (manifest: Digest) => Promise<boolean>;
  /** Called once, when it is known how many bytes are to be read. */
  readonly onTotal?: (bytes: number) => void;
}

/** What was added. */
export interface AddedTree {
  readonly manifest: Descriptor;
  readonly content: Manifest;
  readonly files: number;
  readonly bytes: number;
  /** One sentence each: paths that are equal on file systems which fold case. */
  readonly warnings: readonly string[];
}

type WalkedFile = Extract<WalkedEntry, { kind: "file" }>;

/**
 * Stores a file or a directory, then its manifest. A single file becomes an artifact of one file with its name.
 *
 * @param path Absolute; if it is itself a link, what it points to is taken.
 * @throws {UserError} naming the path: `file_unreadable`, `file_changed`, `file_special`, `link_leaves`,
 * `path_unsafe`.
 */
export async function addTree(store: Store, path: string, options: AddTreeOptions = {}): Promise<AddedTree> {
  while (true) {
    const scannedAt = Date.now();
    const added = await addOnce(store, path, options, scannedAt);
    // What took longer than answers about presence hold is gone through again: most of it is stored by now.
    if (Date.now() - scannedAt < RELIANCE_MS / 2) return added;
  }
}

async function addOnce(
  store: Store,
  path: string,
  options: AddTreeOptions,
  scannedAt: number,
): Promise<AddedTree> {
  const last = options.statIndex?.recall(path);
  const { root, entries } = await walkAny(path, last?.files.length);
  const files = entries.filter((entry) => entry.kind === "file");
  const named = last && await recallNamed(entries, files, last, options);
  if (named !== undefined) return named;
  const known = await recallDigests(store, files, last, options);
  const unknown = files.filter((_, i) => known[i] === undefined);
  options.onTotal?.(unknown.reduce((sum, file) => sum + file.stamp.size, 0));
  const ingested = await store.putFiles(unknown.map((file) => `${root}/${file.path}`), options);
  unknown.forEach((file, i) => {
    if (ingested[i]!.size !== file.stamp.size) throw fileChanged(`${root}/${file.path}`);
  });
  let at = 0;
  const digests = known.map((digest) => digest ?? ingested[at++]!.digest);
  const content: Manifest = { entries: manifestEntries(entries, digests) };
  const manifest = await putManifest(store, content, options);
  // What was recalled whole need not be written again.
  const recalled = unknown.length === 0 && last?.files.length === files.length;
  if (!recalled || last.manifest !== manifest.digest) {
    options.statIndex?.remember(path, {
      manifest: manifest.digest,
      scannedAt,
      files: files.map(({ path, stamp }, i) => ({ path, stamp, digest: digests[i]! })),
    });
  }
  return addedTree(manifest, content, entries, files);
}

function addedTree(
  manifest: Descriptor,
  content: Manifest,
  entries: readonly WalkedEntry[],
  { length }: readonly WalkedFile[],
): AddedTree {
  return { manifest, content, files: length, bytes: totalBytes(content), warnings: foldedTwins(entries) };
}

/** The tree as it was added last, if it has not changed and has a name. */
async function recallNamed(
  entries: readonly WalkedEntry[],
  files: readonly WalkedFile[],
  last: TreeScan,
  { isNamed }: AddTreeOptions,
): Promise<AddedTree | undefined> {
  if (isNamed === undefined || last.files.length !== files.length) return undefined;
  const digests = unchangedSince(last.files, files);
  if (!digests.every((digest) => digest !== undefined)) return undefined;
  const content: Manifest = { entries: manifestEntries(entries, digests) };
  const bytes = writeManifest(content);
  const digest = digestOf(bytes);
  if (digest !== last.manifest || !await isNamed(digest)) return undefined;
  return addedTree({ mediaType: MEDIA_TYPE.manifest, digest, size: bytes.length }, content, entries, files);
}

/** Stores a manifest. Its files are stored already. */
export async function putManifest(
  store: Store,
  content: Manifest,
  options: OperationOptions = {},
): Promise<Descriptor> {
  const bytes = writeManifest(content);
  const manifest = await store.putBytes(bytes, MEDIA_TYPE.manifest, options);
  await store.keepLocally(manifest.digest, bytes);
  return manifest;
}

/**
 * Reads a manifest.
 *
 * @throws {CorruptionError} `object_missing`, `object_corrupt`, `manifest_invalid`.
 */
export async function getManifest(
  store: Store,
  manifest: Digest | Descriptor,
  options: OperationOptions = {},
): Promise<Manifest> {
  const bytes = await store.getBytes(manifest, options);
  await store.keepLocally(typeof manifest === "string" ? manifest : manifest.digest, bytes);
  return readManifest(bytes);
}

/** For each file its digest, if its bytes are known and stored. */
async function recallDigests(
  store: Store,
  files: readonly WalkedFile[],
  last: TreeScan | undefined,
  options: OperationOptions,
): Promise<(Digest | undefined)[]> {
  if (!last) return files.map(() => undefined);
  const known = unchangedSince(last.files, files);
  // A manifest is stored after all that it lists, so that one question stands for all its files; unless a collection
  // of garbage is at work, which may take files before the manifest that nobody names, or the manifest may wait in the
  // outbox for weeks and its files be in the storage.
  const isWhole = !store.outbox?.isHolding && await store.has(last.manifest, { ...options, lasting: true });
  if (isWhole && (await store.catalog.condemned(options)).size === 0) return known;
  const digests = known.filter((digest) => digest !== undefined);
  const stored = await store.hasMany(digests, { ...options, lasting: true });
  return known.map((digest) => digest !== undefined && stored.has(digest) ? digest : undefined);
}

/** Both are sorted by path. */
function unchangedSince(
  scanned: readonly ScannedFile[],
  files: readonly WalkedFile[],
): (Digest | undefined)[] {
  let at = 0;
  return files.map(({ path, stamp }) => {
    while (at < scanned.length && scanned[at]!.path !== path && compareBytes(scanned[at]!.path, path) < 0) {
      at++;
    }
    const before = scanned[at];
    return before?.path === path && sameStamp(before.stamp, stamp) ? before.digest : undefined;
  });
}

/** @param digests Of the files, in their order. */
function manifestEntries(entries: readonly WalkedEntry[], digests: readonly Digest[]): ManifestEntry[] {
  let at = 0;
  return entries.map((entry) => {
    if (entry.kind === "link") return entry;
    const { path, stamp: { size }, executable } = entry;
    return { kind: "file", path, size, digest: digests[at++]!, executable };
  });
}

function foldedTwins(entries: readonly WalkedEntry[]): string[] {
  const seen = new Map<string, string>();
  const warnings: string[] = [];
  for (const { path } of entries) {
    const folded = path.toLowerCase();
    const twin = seen.get(folded);
    if (twin === undefined) seen.set(folded, path);
    else warnings.push(`${twin} and ${path} are one file where case does not count`);
  }
  return warnings;
}
