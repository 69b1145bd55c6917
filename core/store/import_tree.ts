import { createHash } from "node:crypto";
import { UserError } from "../errors.ts";
import { type Digest, parseDigest } from "../model/digest.ts";
import type { ImportedFile } from "../model/import.ts";
import { compareBytes, type FileEntry } from "../model/manifest.ts";
import { parseRelativePath, type RelativePath } from "../model/relative_path.ts";
import { type DataSource, DataSourceError, type SourceFile } from "../plugin/data_source.ts";
import { pause } from "../plugin/pause.ts";
import { mapConcurrent } from "./concurrent.ts";
import { writeAllSync, writeFault } from "./staging.ts";
import type { BulkOptions } from "./store.ts";

// Files that are read at once: enough to hide a service's latency, few enough to leave the network to others.
const STREAMS = 16;
const ATTEMPTS = 4;
const FIRST_DELAY_MS = 250;

/** A file that a source lists, with a path that an artifact can have. */
export type ListedFile = SourceFile & { readonly path: RelativePath };

/** Options of {@link digestInPlace} and {@link download}. */
export interface ReadSourceOptions extends BulkOptions {
  readonly signal: AbortSignal;
}

/**
 * All files of a source, sorted by the bytes of their paths.
 *
 * @throws {UserError} `path_unsafe`; `path_doubled` if a path is also a folder of another, as a directory cannot have.
 */
export async function listSource(source: DataSource, options: ReadSourceOptions): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  for await (const file of source.list(options)) {
    files.push({ ...file, path: parseRelativePath(file.path) });
  }
  files.sort((a, b) => compareBytes(a.path, b.path));
  const paths = new Set<string>(files.map(({ path }) => path));
  for (const { path } of files) {
    for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
      const folder = path.slice(0, at);
      if (!paths.has(folder)) continue;
      throw new UserError("path_doubled", {
        what: `Cannot import ${JSON.stringify(folder)}`,
        why: `it is a file, and ${JSON.stringify(path)} needs a folder of that name`,
        fix: ["import a narrower prefix"],
      });
    }
  }
  return files;
}

/**
 * Digests of files that stay where they are, read once each; what an earlier import says of the same version, or the
 * source itself keeps, is taken without reading.
 *
 * @param before Of an earlier import from the same place.
 */
export async function digestInPlace(
  source: DataSource,
  files: readonly ListedFile[],
  before: readonly ImportedFile[],
  options: ReadSourceOptions,
): Promise<ImportedFile[]> {
  const known = new Map(
    before.filter(({ version }) => version !== undefined).map((file) => [idOf(file), file]),
  );
  let bytes = 0, count = 0;
  return await mapConcurrent(files, STREAMS, async (file) => {
    options.signal.throwIfAborted();
    const last = unlessReplaced(known.get(idOf(file)), file);
    const { digest, size } = last ?? ofSource(file) ??
      await readDigest(source, file, options.signal, (read) => {
        bytes += read;
        options.onProgress?.(bytes, count);
      });
    options.onProgress?.(bytes, ++count);
    return importedFile(file, digest, size);
  });
}

/** What is recorded of a file that was imported. */
export function importedFile(file: ListedFile, digest: Digest, size: number): ImportedFile {
  const { path, url, version, etag } = file;
  return {
    path,
    url,
    digest,
    size,
    ...(version === undefined ? {} : { version }),
    ...(etag === undefined ? {} : { etag }),
  };
}

/** Entries of the manifest that imported files make. */
export function entriesOf(files: readonly ImportedFile[]): FileEntry[] {
  return files.map(({ path, size, digest }) => ({ kind: "file", path, size, digest, executable: false }));
}

/** Whether a place still lists what was imported from it; where it tells nothing to compare, it does not. */
export function isUnchanged(listed: readonly ListedFile[], before: readonly ImportedFile[]): boolean {
  return listed.length === before.length && listed.every((file, i) => {
    const last = before[i]!;
    return file.path === last.path && file.url === last.url &&
      (file.size === undefined || file.size === last.size) &&
      (file.version ?? file.etag) !== undefined && file.version === last.version && file.etag === last.etag;
  });
}

function idOf({ url, version }: { readonly url: string; readonly version?: string }): string {
  return `${version} ${url}`;
}

/** An object from before its bucket kept versions has one name for its version, whatever is put in its place later. */
function unlessReplaced(last: ImportedFile | undefined, now: ListedFile): ImportedFile | undefined {
  return last?.etag === now.etag && (now.size === undefined || last?.size === now.size) ? last : undefined;
}

function ofSource({ sha256, size }: ListedFile): { digest: Digest; size: number } | undefined {
  return sha256 === undefined || size === undefined
    ? undefined
    : { digest: parseDigest(`sha256:${sha256}`), size };
}

async function readDigest(
  source: DataSource,
  file: ListedFile,
  signal: AbortSignal,
  onRead: (bytes: number) => void,
): Promise<{ digest: Digest; size: number }> {
  return await patiently(signal, async () => {
    const hash = createHash("sha256");
    const size = await readFile(source, file, signal, (chunk) => hash.update(chunk), onRead);
    return { digest: parseDigest(`sha256:${hash.digest("hex")}`), size };
  });
}

/**
 * Writes all files of a source below a directory that is there and empty.
 *
 * @throws {DataSourceError}; {OutsideError} `disk_full`, `write_failed`.
 */
export async function download(
  source: DataSource,
  files: readonly ListedFile[],
  directory: string,
  options: ReadSourceOptions,
): Promise<void> {
  let bytes = 0, count = 0;
  await mapConcurrent(files, STREAMS, async (file) => {
    const path = `${directory}/${file.path}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await patiently(options.signal, async () => {
      using target = openTarget(path);
      await readFile(source, file, options.signal, (chunk) => writeAllSync(target, chunk, path), (read) => {
        bytes += read;
        options.onProgress?.(bytes, count);
      });
    });
    options.onProgress?.(bytes, ++count);
  });
}

function openTarget(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { write: true, create: true, truncate: true });
  } catch (cause) {
    throw writeFault(path, cause);
  }
}

/** @returns Bytes read. What was told to `onRead` is taken back if it fails. */
async function readFile(
  source: DataSource,
  file: ListedFile,
  signal: AbortSignal,
  take: (chunk: Uint8Array) => void,
  onRead: (bytes: number) => void,
): Promise<number> {
  let size = 0;
  try {
    for await (const chunk of await source.open(file, { signal })) {
      take(chunk);
      size += chunk.length;
      onRead(chunk.length);
    }
    if (file.size !== undefined && file.size !== size) {
      throw new DataSourceError("source_unavailable", {
        what: `Cannot read ${file.url}`,
        why: `it gave ${size} of ${file.size} bytes`,
      });
    }
    return size;
  } catch (error) {
    onRead(-size);
    throw error;
  }
}

/** Does it again, a few times with growing waits, where the source could not be had. */
async function patiently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1;; attempt++) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DataSourceError) || !error.retryable || attempt === ATTEMPTS) throw error;
      await pause(FIRST_DELAY_MS * 2 ** (attempt - 1), signal);
    }
  }
}
