import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import { CorruptionError } from "../errors.ts";
import { type GitObject, hashBytes, type ObjectFormat, type ObjectId } from "./git_object.ts";
import { hashOf } from "./object_hash.ts";
import { ObjectReader } from "./object_reader.ts";

/** Bytes of objects, before compression, that one pack may hold: more than is ever written to one. */
const MOST_BYTES = 2 * 1024 ** 3;

const TYPES = { 1: "commit", 2: "tree", 3: "blob", 4: "tag" } as const;

/** Where an object is. */
interface Place {
  readonly pack: Uint8Array;
  /** Of the compressed bytes. */
  readonly start: number;
  readonly end: number;
  readonly type: GitObject["type"];
  /** Bytes, decompressed. */
  readonly size: number;
}

/** Reads git packs that hold no deltas. */
export class PackReader extends ObjectReader {
  readonly format: ObjectFormat;
  readonly #places = new Map<ObjectId, Place>();

  /** @throws {CorruptionError} `source_pack_corrupt`. */
  constructor(packs: readonly Uint8Array[]) {
    super();
    const formats = new Set(packs.map(formatOf));
    const [format] = formats;
    if (format === undefined || formats.size > 1) throw corrupt("they are packs of different repositories");
    this.format = format;
    for (const pack of packs) this.#index(pack);
  }

  /** How many objects there are. */
  get size(): number {
    return this.#places.size;
  }

  protected async *fetch(ids: readonly ObjectId[]): AsyncIterable<GitObject | undefined> {
    for (const id of ids) {
      const place = this.#places.get(id);
      yield place === undefined
        ? undefined
        : { type: place.type, bytes: inflate(place.pack.subarray(place.start, place.end), place.size).bytes };
    }
  }

  protected override missingBecause() {
    return { why: "it is in none of the packs in which the commit is kept", fix: ["`aero storage fsck`"] };
  }

  #index(pack: Uint8Array): void {
    const count = new DataView(pack.buffer, pack.byteOffset).getUint32(8);
    const end = pack.length - hashBytes(this.format);
    let at = 12, total = 0;
    for (let i = 0; i < count; i++) {
      const header = readHeader(pack, at, end);
      total += header.size;
      if (total > MOST_BYTES) throw corrupt(`its objects come to more than ${MOST_BYTES} bytes`);
      const { bytes, consumed } = inflate(pack.subarray(header.end, end), header.size);
      if (bytes.length !== header.size) throw corrupt(`object ${i} does not have the size it states`);
      const { type, size } = header;
      const place = { pack, start: header.end, end: header.end + consumed, type, size };
      this.#places.set(hashOf(this.format, header.type, bytes), place);
      at = place.end;
    }
    if (at !== end) throw corrupt(`${end - at} bytes follow its last object`);
  }
}

/** Which hash the pack ends in. */
function formatOf(pack: Uint8Array): ObjectFormat {
  if (pack.length < 12 + hashBytes("sha1") || new TextDecoder().decode(pack.subarray(0, 4)) !== "PACK") {
    throw corrupt("it does not begin as a pack does");
  }
  const version = new DataView(pack.buffer, pack.byteOffset).getUint32(4);
  if (version !== 2) throw corrupt(`it has version ${version}, and aero writes version 2`);
  for (const format of ["sha1", "sha256"] as const) {
    const end = pack.length - hashBytes(format);
    if (end < 12) continue;
    const sum = createHash(format).update(pack.subarray(0, end)).digest();
    if (sum.equals(pack.subarray(end))) return format;
  }
  throw corrupt("its bytes do not hash to its trailer");
}

function readHeader(pack: Uint8Array, start: number, end: number) {
  let at = start;
  const next = (): number => {
    if (at >= end) throw corrupt("it ends in the middle of an object");
    return pack[at++]!;
  };
  let byte = next();
  const type = TYPES[((byte >> 4) & 7) as keyof typeof TYPES];
  if (type === undefined) {
    throw corrupt(`it has an entry of type ${(byte >> 4) & 7}, which aero does not write`);
  }
  let size = byte & 15;
  for (let unit = 16; (byte & 0x80) !== 0; unit *= 128) {
    byte = next();
    size += (byte & 0x7f) * unit;
  }
  return { type, size, end: at };
}

/** Decompresses one object; what grows past the size that it states is not read on. */
function inflate(
  compressed: Uint8Array,
  size: number,
): { readonly bytes: Uint8Array; readonly consumed: number } {
  try {
    // With `info` comes the engine, which knows where in the input the object ended; the types leave it out.
    const result = inflateSync(compressed, { info: true, maxOutputLength: size + 1 }) as unknown as {
      readonly buffer: Uint8Array;
      readonly engine: { readonly bytesWritten: number };
    };
    return { bytes: result.buffer, consumed: result.engine.bytesWritten };
  } catch (cause) {
    throw corrupt("the bytes of an object cannot be decompressed", cause);
  }
}

function corrupt(why: string, cause?: unknown): CorruptionError {
  return new CorruptionError("source_pack_corrupt", {
    what: "Cannot read a pack of kept source",
    why,
    fix: ["see what else is damaged: `aero storage fsck`"],
  }, cause === undefined ? undefined : { cause });
}
