import { createHash } from "node:crypto";
import { AeroError } from "../errors.ts";
import { digestOf } from "../format/digest_of.ts";
import { readRecord } from "../format/record_format.ts";
import { type Digest, parseDigest } from "../model/digest.ts";
import type { OperationOptions } from "../plugin/context.ts";
import type { Storage, StoredObject } from "../plugin/storage.ts";
import { packKey, recordKey } from "./keys.ts";
import { readPackTail } from "./object_catalog.ts";
import { PACK_FOOTER_BYTES, type PackEntry, readPackFooter, readPackIndex } from "./pack_format.ts";
import { PackHasher } from "./pack_hasher.ts";
import { readAll } from "./verified_stream.ts";

/** What was read of an object. */
export interface ReadObject {
  readonly digest: Digest;
  readonly bytes: number;
  /** Where the record lies that the object is; absent if it is none. */
  readonly record?: string;
}

/** One object of a pack: what it should be, and what its bytes hash to. */
export interface CheckedEntry extends PackEntry {
  readonly found: Digest;
  readonly record?: string;
}

/** What was read of a pack. */
export interface CheckedPack {
  readonly digest: Digest;
  readonly bytes: number;
  /** Empty if the index cannot be read. */
  readonly entries: readonly CheckedEntry[];
  /** Why the index cannot be read. */
  readonly fault?: string;
}

const RECORD_BYTES = 4 * 1024 * 1024;
// A record's first key, as canonical JSON sorts them.
const RECORD_START = new TextEncoder().encode('{"aero":');
// A pack of more than this holds one large object, and is read as a stream.
const HELD_BYTES = 128 * 1024 * 1024;

/** Hashes an object, and looks whether it is a record. */
export async function readObject(stream: ReadableStream<Uint8Array>, size: number): Promise<ReadObject> {
  const hash = createHash("sha256");
  const held: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    if (size <= RECORD_BYTES && (bytes > 0 ? held.length > 0 : startsAsRecord(chunk))) held.push(chunk);
    hash.update(chunk);
    bytes += chunk.length;
  }
  const digest = parseDigest(`sha256:${hash.digest("hex")}`);
  const record = held.length === 0 ? undefined : keyOfRecord(joined(held));
  return { digest, bytes, ...(record === undefined ? {} : { record }) };
}

/** Hashes a pack and each object in it. */
export async function readPack(
  storage: Storage,
  pack: Digest,
  { size }: StoredObject,
  options: OperationOptions,
): Promise<CheckedPack> {
  if (size > HELD_BYTES) return await readLargePack(storage, pack, size, options);
  const bytes = await readAll(await storage.get(packKey(pack), options));
  const about = { digest: digestOf(bytes), bytes: bytes.length };
  try {
    const footer = bytes.subarray(-PACK_FOOTER_BYTES);
    const { dataBytes } = readPackFooter(footer, bytes.length, pack);
    const index = bytes.subarray(dataBytes, bytes.length - PACK_FOOTER_BYTES);
    const entries = readPackIndex(index, footer, dataBytes, pack).map((entry) => {
      const part = bytes.subarray(entry.offset, entry.offset + entry.length);
      const record = keyOfRecord(part);
      return { ...entry, found: digestOf(part), ...(record === undefined ? {} : { record }) };
    });
    return { ...about, entries };
  } catch (error) {
    if (!(error instanceof AeroError)) throw error;
    return { ...about, entries: [], fault: error.message };
  }
}

async function readLargePack(
  storage: Storage,
  pack: Digest,
  size: number,
  options: OperationOptions,
): Promise<CheckedPack> {
  const entries = await readPackTail(storage, pack, size, options);
  const hasher = new PackHasher(entries ?? []);
  for await (const chunk of await storage.get(packKey(pack), options)) hasher.update(chunk);
  return {
    digest: hasher.digest(),
    bytes: hasher.bytes,
    entries: hasher.found.map(({ entry, digest }) => ({ ...entry, found: digest })),
    ...(entries ? {} : { fault: `the index of the pack ${pack} cannot be read` }),
  };
}

function startsAsRecord(bytes: Uint8Array): boolean {
  return RECORD_START.every((byte, i) => bytes[i] === byte);
}

function keyOfRecord(bytes: Uint8Array): string | undefined {
  if (!startsAsRecord(bytes)) return undefined;
  try {
    const { project, run } = readRecord(bytes);
    return recordKey(project, run);
  } catch {
    // It only begins like one.
    return undefined;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1) return only!;
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
