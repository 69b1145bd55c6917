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
 * @throws {ObjectEngineError} `corrupt`, `unavailable`.
 */
export async function* readPieces(
  source: BodySource,
  pieces: readonly Piece[],
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (const piece of pieces) {
    const row = source.database.get("SELECT size, checks, file FROM body WHERE id = ?", piece.body);
    if (row === undefined) throw damaged(piece.body, "the database has no such body");
    const size = row.size as number;
    const checks = row.checks as Uint8Array;
    if (row.file === null) {
      yield smallBody(source.database, piece.body, size, checks)
        .subarray(piece.offset, piece.offset + piece.length);
    } else yield* fileBlocks(source.files, row.file as string, size, checks, piece);
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
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using file = await openFile(files, id, body);
  const end = offset + length;
  let index = Math.floor(offset / BLOCK_BYTES);
  if (index > 0) await file.seek(index * BLOCK_BYTES, Deno.SeekMode.Start);
  const read = (start: number) =>
    readBlock(file, Math.min(BLOCK_BYTES, size - start), files.relativePath(id));
  let ahead: ReturnType<typeof readBlock> | undefined;
  readers++;
  try {
    for (let start = index * BLOCK_BYTES; start < end; start += BLOCK_BYTES, index++) {
      const block = await (ahead ?? read(start));
      const next = start + BLOCK_BYTES;
      ahead = next < end && readers <= MAX_READERS_AHEAD ? read(next) : undefined;
      // It is told of when its turn comes, which a slow reader may put off; or never, if the reader goes.
      ahead?.catch(() => {});
      if (block === undefined) {
        throw damaged(body, `${files.relativePath(id)} is shorter than ${size} bytes`);
      }
      if (!isBlockIntact(checks, index, block)) {
        throw damaged(body, `${files.relativePath(id)} is not what was stored, from byte ${start}`);
      }
      yield block.subarray(Math.max(0, offset - start), Math.min(block.length, end - start));
    }
  } finally {
    readers--;
    // The file must not be closed under it.
    await ahead?.catch(() => {});
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

async function readBlock(
  file: Deno.FsFile,
  size: number,
  path: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const block = new Uint8Array(size);
  try {
    for (let at = 0; at < size;) {
      const read = await file.read(block.subarray(at));
      if (read === null) return undefined;
      at += read;
    }
    return block;
  } catch (error) {
    throw fileFailure(`Cannot read ${path}`, error);
  }
}
