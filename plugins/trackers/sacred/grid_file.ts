// deno-lint-ignore-file camelcase -- fields of documents are GridFS's
import { Binary, type ObjectId } from "mongodb";
import type { RunId } from "../../../core/model/run_id.ts";
import type { JsonObject } from "../../../core/model/json.ts";
import type { ChunkDocument, Collections, FileDocument } from "./documents.ts";
import { isDuplicate } from "./failure.ts";
import { objectIdOf } from "./object_ids.ts";

/** Bytes in a chunk: what all drivers write. @see GridFS specification, "chunkSizeBytes" */
export const CHUNK_BYTES = 255 * 1024;

/** A file that belongs to a run. */
export interface RunFile {
  readonly run: RunId;
  readonly number: number;
  /** As people see it. */
  readonly name: string;
}

/** An entry of a run's list of artifacts. */
export interface ArtifactEntry {
  readonly name: string;
  readonly file_id: ObjectId;
}

/** Chunks and files are found by the indexes that every driver makes before its first file. */
export async function ensureIndexes({ files, chunks }: Collections): Promise<void> {
  if (await files.findOne({}, { projection: { _id: 1 } }) !== null) return;
  await files.createIndex({ filename: 1, uploadDate: 1 });
  await chunks.createIndex({ files_id: 1, n: 1 }, { unique: true });
}

/** Writes a whole file; again is the same as once. @returns Its entry for the list of artifacts. */
export async function putFile(
  at: Collections,
  file: RunFile,
  bytes: Uint8Array,
  about: { readonly contentType: string; readonly metadata?: JsonObject },
): Promise<ArtifactEntry> {
  for (let n = 0; n * CHUNK_BYTES < bytes.length; n++) {
    await putChunk(at, file, n, bytes.subarray(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES));
  }
  return await putFileDocument(at, file, bytes.length, about);
}

/** Makes chunks into a file. */
export async function putFileDocument(
  { files }: Collections,
  file: RunFile,
  length: number,
  { contentType, metadata }: { readonly contentType: string; readonly metadata?: JsonObject },
): Promise<ArtifactEntry> {
  const _id = fileIdOf(file);
  const document: Omit<FileDocument, "_id"> = {
    length,
    chunkSize: CHUNK_BYTES,
    uploadDate: new Date(),
    filename: `artifact://runs/${file.number}/${file.name}`,
    contentType,
    ...(metadata === undefined ? {} : { metadata }),
  };
  await files.replaceOne({ _id }, document, { upsert: true });
  return { name: file.name, file_id: _id };
}

/** Writes a chunk of a file, unless as much of it or more is there: chunks grow, and never change otherwise. */
export async function putChunk(
  { chunks }: Collections,
  file: RunFile,
  n: number,
  bytes: Uint8Array,
): Promise<void> {
  const _id = chunkIdOf(file, n);
  const document: Omit<ChunkDocument, "_id"> = {
    files_id: fileIdOf(file),
    n,
    data: new Binary(bytes),
    size: bytes.length,
  };
  try {
    await chunks.replaceOne({ _id, size: { $lt: bytes.length } }, document, { upsert: true });
  } catch (error) {
    // One that is not smaller is there.
    if (!isDuplicate(error)) throw error;
  }
}

/** A chunk's bytes; empty if there is none. */
export async function readChunk({ chunks }: Collections, file: RunFile, n: number): Promise<Uint8Array> {
  const chunk = await chunks.findOne({ _id: chunkIdOf(file, n) });
  return chunk === null ? new Uint8Array() : chunk.data.value();
}

/** Bytes of a file, whoever wrote it. */
export async function* readChunks({ chunks }: Collections, id: ObjectId): AsyncGenerator<Uint8Array> {
  const cursor = chunks.find({ files_id: id }, { sort: { n: 1 }, batchSize: 16 });
  for await (const chunk of cursor) yield chunk.data.value();
}

function fileIdOf({ run, number, name }: RunFile): ObjectId {
  return objectIdOf(run, number, "file", name);
}

function chunkIdOf({ run, number, name }: RunFile, n: number): ObjectId {
  return objectIdOf(run, number, "chunk", name, n);
}
