import { MEDIA_TYPE } from "../model/descriptor.ts";
import type { Digest } from "../model/digest.ts";
import { isStorageError } from "../plugin/storage.ts";
import { mapConcurrent } from "./concurrent.ts";
import type { ExtractRequest, FileToWrite } from "./extract_messages.ts";
import { PieceWriter } from "./extract_piece_writer.ts";
import { ExtractWorker } from "./extract_pool.ts";
import { extractRanges, RANGED_FROM_BYTES } from "./extract_ranges.ts";
import { objectKey, packKey } from "./keys.ts";
import { readRange } from "./read_ranges.ts";
import type { BulkOptions, Store } from "./store.ts";
import { ReadOnlyFile, writeFiles } from "./write_files.ts";

export type { FileToWrite } from "./extract_messages.ts";

// Neighbours in a pack are read together up to this size, also past bytes that nobody wants.
const READ_BYTES = 8 * 1024 * 1024;
const GAP_BYTES = 64 * 1024;
// Under this, starting Workers costs more than they save.
const INLINE_FILES = 500;
// Objects that are read at once: from a disk no more than it serves well, from a service enough to hide its latency.
const STREAMS = { disk: 4, service: 32 } as const;
const ATTEMPTS = 3;
// Ranges of packs that are read at once from a service; each is held in memory.
const MOST_READS = 8;
// Requests for parts of large objects at once: for one object, and for all.
const RANGES = { each: 8, all: 16 } as const;

type Options = BulkOptions & { readonly signal: AbortSignal };

/** Files of one pack that are read by one request. */
interface PackRead {
  readonly pack: Digest;
  readonly offset: number;
  length: number;
  readonly files: { file: FileToWrite; at: number }[];
}

/** Writes objects to files; see {@link Store.getFiles}. */
export async function extractFiles(
  store: Store,
  items: readonly FileToWrite[],
  options: Options,
): Promise<void> {
  let bytes = 0, files = 0;
  const progress = (read: number, written: number) => {
    bytes += read;
    files += written;
    options.onProgress?.(bytes, files);
  };
  // One look at all packs in place of a question for each file: most likely they lie in packs that are not known here.
  const isUnknown = ({ digest, size }: FileToWrite) =>
    size > 0 && size < store.packBelowBytes && store.catalog.locate(digest) === undefined;
  if (items.some(isUnknown)) await store.catalog.refreshPacks(options);
  const { reads, single } = planReads(store, items);
  const { stagingDirectory, maxConcurrency } = store.storage.capabilities;
  const isDisk = stagingDirectory !== undefined;
  using writers = new Writers(reads, store.workers, options.signal);
  const lanes = isDisk ? writers.count : Math.min(MOST_READS, maxConcurrency);
  const lost: FileToWrite[][] = await mapConcurrent(reads, lanes, async (read) => {
    const request = await fetchRead(store, read, options);
    if (!request) return read.files.map(({ file }) => file);
    await writers.write(request);
    progress(request.files.reduce((sum, { file }) => sum + file.size, 0), request.files.length);
    return [];
  });
  // A pack that is gone may have been packed anew by another writer: each object is looked for by itself.
  const alone = [...single, ...lost.flat()];
  const isRanged = ({ size }: FileToWrite) => !isDisk && size >= RANGED_FROM_BYTES;
  await writeRanged(store, alone.filter(isRanged), options, progress);
  // The first one alone: what it finds out of where such objects are spares the others a question each.
  const [first, ...others] = alone.filter((file) => !isRanged(file));
  const streams = isDisk ? STREAMS.disk : Math.min(STREAMS.service, maxConcurrency);
  const writeOne = async (file: FileToWrite) => {
    await writeWhole(store, file, options, (read) => progress(read, 0));
    progress(0, 1);
  };
  if (first !== undefined) await writeOne(first);
  await mapConcurrent(others, streams, writeOne);
}

/** Which ranges of which packs to read, in order of offset, and which files lie in none. */
function planReads(
  store: Store,
  items: readonly FileToWrite[],
): { reads: PackRead[]; single: FileToWrite[] } {
  const single: FileToWrite[] = [];
  const byPack = new Map<Digest, { file: FileToWrite; at: number }[]>();
  for (const file of items) {
    const location = store.catalog.locate(file.digest);
    if (!location || location.length !== file.size || file.size === 0) single.push(file);
    else {
      const files = byPack.get(location.pack) ?? [];
      if (files.length === 0) byPack.set(location.pack, files);
      files.push({ file, at: location.offset });
    }
  }
  const reads = [...byPack].flatMap(([pack, files]) => joinNeighbours(pack, files));
  return { reads, single };
}

function joinNeighbours(pack: Digest, files: { file: FileToWrite; at: number }[]): PackRead[] {
  const reads: PackRead[] = [];
  for (const { file, at } of files.sort((a, b) => a.at - b.at)) {
    const last = reads.at(-1);
    const end = at + file.size;
    if (last && at <= last.offset + last.length + GAP_BYTES && end - last.offset <= READ_BYTES) {
      last.length = Math.max(last.length, end - last.offset);
      last.files.push({ file, at: at - last.offset });
    } else reads.push({ pack, offset: at, length: file.size, files: [{ file, at: 0 }] });
  }
  return reads;
}

async function fetchRead(
  store: Store,
  { pack, offset, length, files }: PackRead,
  options: Options,
): Promise<ExtractRequest | undefined> {
  try {
    const range = { offset, length };
    const bytes = await readRange(store.storage, packKey(pack), range, { signal: options.signal });
    return { bytes, files };
  } catch (error) {
    if (isStorageError(error, "not_found") || isStorageError(error, "invalid_range")) return undefined;
    throw error;
  }
}

/** Writes large objects by several requests each; those that do not lie under their own keys as all others. */
async function writeRanged(
  store: Store,
  large: readonly FileToWrite[],
  options: Options,
  progress: (read: number, written: number) => void,
): Promise<void> {
  const lanes = Math.min(large.length, store.workers);
  const most = Math.min(RANGES.all, store.storage.capabilities.maxConcurrency);
  const requests = Math.max(1, Math.min(RANGES.each, Math.floor(most / lanes)));
  using stack = new DisposableStack();
  const idle = Array.from({ length: lanes }, () => stack.use(new PieceWriter()));
  await mapConcurrent(large, lanes, async (file) => {
    const writer = idle.pop()!;
    try {
      const onBytes = (bytes: number) => progress(bytes, 0);
      await extractRanges(store.storage, objectKey(file.digest), file, writer, {
        signal: options.signal,
        requests,
        onBytes,
      });
    } catch (error) {
      // It is in a pack, or where it was imported from.
      if (!isStorageError(error, "not_found") && !isStorageError(error, "invalid_range")) throw error;
      await writeWhole(store, file, options, (read) => progress(read, 0));
    } finally {
      idle.push(writer);
    }
    progress(0, 1);
  });
}

/** Writes an object as {@link writeStream} does; one whose stream breaks midway is begun anew, a few times. */
async function writeWhole(
  store: Store,
  file: FileToWrite,
  options: Options,
  onBytes: (bytes: number) => void,
): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      return await writeStream(store, file, options, onBytes);
    } catch (error) {
      if (attempt === ATTEMPTS || store.isAway || !isStorageError(error, "unavailable")) throw error;
    }
  }
}

async function writeStream(
  store: Store,
  file: FileToWrite,
  options: Options,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const { digest, size } = file;
  const stream = await store.open({ mediaType: MEDIA_TYPE.file, digest, size }, { signal: options.signal });
  using target = new ReadOnlyFile(file);
  for await (const chunk of stream) {
    target.write(chunk);
    onBytes(chunk.length);
  }
  target.keep();
}

/** Workers that write files; none where there is little to write. */
class Writers implements Disposable {
  /** Reads that are worth having under way at once. */
  readonly count: number;
  readonly #idle: ExtractWorker[] = [];
  /** Those who wait for a Worker; each gets one. */
  readonly #waiting: ((worker: ExtractWorker) => void)[] = [];
  readonly #all: ExtractWorker[] = [];

  constructor(reads: readonly PackRead[], most: number, signal: AbortSignal) {
    const files = reads.reduce((sum, read) => sum + read.files.length, 0);
    this.count = Math.min(most, reads.length);
    if (files <= INLINE_FILES) return;
    for (let i = 0; i < this.count; i++) this.#all.push(new ExtractWorker(signal));
    this.#idle.push(...this.#all);
  }

  async write(request: ExtractRequest): Promise<void> {
    if (this.#all.length === 0) return writeFiles(request);
    const worker = this.#idle.pop() ??
      await new Promise<ExtractWorker>((resolve) => this.#waiting.push(resolve));
    try {
      await worker.write(request);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(worker);
      else next(worker);
    }
  }

  [Symbol.dispose](): void {
    for (const worker of this.#all) worker[Symbol.dispose]();
  }
}
