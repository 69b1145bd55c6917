import { BufferPool } from "../buffer_pool.ts";
import { BLOCK_BYTES, damaged, isBlockIntact } from "./body_blocks.ts";
import type { BodyFiles } from "./body_files.ts";
import type { Database } from "./database.ts";
import { fileFailure } from "./file_failure.ts";

/**
 * While one block is on its way to its reader, the next comes from the disk, unless there are more readers than this:
 * then the memory is needed.
 */
const MAX_READERS_AHEAD = 64;
let readers = 0;

/** What is read at once of a large piece, and the least that is one; bytes. Each read costs a turn of another thread. */
const LARGE_READ_BYTES = 512 * 1024;
const LARGE_PIECE_BYTES = 256 * 1024;
/** Two reads each, for as many large pieces as are read fast at once: 16 MiB. Others go block by block. */
const lent = new BufferPool(2 * LARGE_READ_BYTES, 16);

/** A piece of a body to be read. */
export interface Piece {
  readonly body: number;
  readonly offset: number;
  /** Bytes; more than 0. */
  readonly length: number;
}

/** Where bodies are read from. */
export interface BodySource {
  readonly database: Database;
  readonly files: BodyFiles;
}

/**
 * The bytes of pieces one after another, each block checked before any of it is handed on.
 *
 * The bodies must be held until the generator ends or is returned.
 *
 * @param lend Whether bytes need to hold only until the next are asked for: large pieces are then read faster.
 * @throws {ObjectEngineError} `corrupt`, `unavailable`.
 */
export async function* readPieces(
  source: BodySource,
  pieces: readonly Piece[],
  lend = false,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (const piece of pieces) {
    const row = source.database.get("SELECT size, checks, file FROM body WHERE id = ?", piece.body);
    if (row === undefined) throw damaged(piece.body, "the database has no such body");
    const size = row.size as number;
    const checks = row.checks as Uint8Array;
    if (row.file === null) {
      yield smallBody(source.database, piece.body, size, checks)
        .subarray(piece.offset, piece.offset + piece.length);
    } else yield* fileBlocks(source.files, row.file as string, size, checks, piece, lend);
  }
}

/** The bytes of a body that lies in the database. @throws {ObjectEngineError} `corrupt`. */
export function smallBody(
  database: Database,
  body: number,
  size: number,
  checks: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const bytes = database.get("SELECT bytes FROM body_bytes WHERE id = ?", body)?.bytes as
    | Uint8Array<ArrayBuffer>
    | undefined;
  if (bytes === undefined) throw damaged(body, "its bytes are missing from the database");
  if (bytes.length !== size || !isBlockIntact(checks, 0, bytes)) {
    throw damaged(body, "its bytes in the database are not what was stored");
  }
  return bytes;
}

async function* fileBlocks(
  files: BodyFiles,
  id: string,
  size: number,
  checks: Uint8Array,
  { body, offset, length }: Piece,
  lend: boolean,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using file = await openFile(files, id, body);
  const path = files.relativePath(id);
  const end = offset + length;
  const first = offset - offset % BLOCK_BYTES;
  const last = Math.min(size, Math.ceil(end / BLOCK_BYTES) * BLOCK_BYTES);
  if (first > 0) await file.seek(first, Deno.SeekMode.Start);
  const buffer = lend && length >= LARGE_PIECE_BYTES ? lent.take() : undefined;
  const step = buffer === undefined ? BLOCK_BYTES : LARGE_READ_BYTES;
  const read = (start: number) => {
    const count = Math.min(step, last - start);
    if (buffer === undefined) return readInto(file, new Uint8Array(count), path);
    // The two halves in turn: one is with the reader while the other is filled.
    const half = (start - first) % buffer.length;
    return readInto(file, buffer.subarray(half, half + count), path);
  };
  let ahead: ReturnType<typeof readInto> | undefined;
  readers++;
  try {
    for (let start = first; start < last; start += step) {
      const bytes = await (ahead ?? read(start));
      const next = start + step;
      ahead = next < last && (buffer !== undefined || readers <= MAX_READERS_AHEAD) ? read(next) : undefined;
      // It is told of when its turn comes, which a slow reader may put off; or never, if the reader goes.
      ahead?.catch(() => {});
      if (bytes === undefined) throw damaged(body, `${path} is shorter than ${size} bytes`);
      for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
        if (isBlockIntact(checks, (start + at) / BLOCK_BYTES, bytes.subarray(at, at + BLOCK_BYTES))) continue;
        // What comes before is whole.
        if (at > 0 && start + at > offset) yield bytes.subarray(Math.max(0, offset - start), at);
        throw damaged(body, `${path} is not what was stored, from byte ${start + at}`);
      }
      yield bytes.subarray(Math.max(0, offset - start), Math.min(bytes.length, end - start));
    }
  } finally {
    readers--;
    // The file must not be closed under it, nor its buffer given to another.
    await ahead?.catch(() => {});
    if (buffer !== undefined) lent.give(buffer);
  }
}

async function openFile(files: BodyFiles, id: string, body: number): Promise<Deno.FsFile> {
  try {
    return await files.open(id);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw damaged(body, `${files.relativePath(id)} is missing`, error);
    }
    throw fileFailure(`Cannot read ${files.relativePath(id)}`, error);
  }
}

/** Fills `bytes`; `undefined` if the file ends before. */
async function readInto(
  file: Deno.FsFile,
  bytes: Uint8Array<ArrayBuffer>,
  path: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    for (let at = 0; at < bytes.length;) {
      const read = await file.read(bytes.subarray(at));
      if (read === null) return undefined;
      at += read;
    }
    return bytes;
  } catch (error) {
    throw fileFailure(`Cannot read ${path}`, error);
  }
}
