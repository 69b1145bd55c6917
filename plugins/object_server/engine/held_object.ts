import type { LentBytes, ObjectPart, OpenObject, StoredObject } from "../object_engine.ts";
import { SMALL_BODY_BYTES } from "./body_blocks.ts";
import { type BodySource, type Piece, readPieces, smallBody } from "./body_stream.ts";
import { ObjectEngineError } from "./engine_error.ts";
import { generatorStream } from "./generator_stream.ts";
import type { HeldBodies } from "./held_bodies.ts";
import { lentBytes } from "./lent_bytes.ts";
import type { PartRow, SharedBodies } from "./mutation.ts";
import { parseKept } from "./kept_json.ts";

/** A stretch of an object, in bytes. */
interface ByteSpan {
  readonly offset: number;
  readonly length: number;
}

/** An object of the engine's own that is held open. */
export class HeldObject implements OpenObject {
  readonly bucket: string;
  readonly info: StoredObject;
  /** Where its bytes are, for a copy that shares them. */
  readonly content: SharedBodies;
  readonly #source: BodySource;
  readonly #held: HeldBodies;
  readonly #bodies: readonly number[];
  readonly #letGo: () => void;

  /** To be made in the turn of the event loop in which the row was read. */
  constructor(
    bucket: string,
    info: StoredObject,
    content: SharedBodies,
    source: BodySource,
    held: HeldBodies,
  ) {
    this.bucket = bucket;
    this.info = info;
    this.content = content;
    this.#source = source;
    this.#held = held;
    this.#bodies = [content.body, ...content.parts.map((part) => part.body)].filter((id) => id !== undefined);
    this.#letGo = held.hold(this.#bodies);
  }

  parts(): readonly ObjectPart[] {
    return this.content.parts.map(toObjectPart);
  }

  read(range?: ByteSpan): ReadableStream<Uint8Array> {
    const pieces = this.#pieces(range);
    return generatorStream(readPieces(this.#source, pieces), this.#held.hold(this.#bodies));
  }

  lend(range?: ByteSpan): LentBytes {
    const pieces = this.#pieces(range);
    return lentBytes(readPieces(this.#source, pieces, true), this.#held.hold(this.#bodies));
  }

  readSmall(): Uint8Array<ArrayBuffer> | undefined {
    const { body, size, parts } = this.content;
    if (size === 0) return new Uint8Array();
    if (size > SMALL_BODY_BYTES || parts.length > 0) return undefined;
    const { database } = this.#source;
    const row = database.get("SELECT size, checks, file FROM body WHERE id = ?", body!)!;
    if (row.file !== null) return undefined;
    return smallBody(database, body!, row.size as number, row.checks as Uint8Array);
  }

  [Symbol.dispose](): void {
    this.#letGo();
  }

  #pieces(range: ByteSpan | undefined): Piece[] {
    const { offset, length } = range ?? { offset: 0, length: this.info.size };
    if (offset < 0 || length < 0 || offset + length > this.info.size) {
      throw new ObjectEngineError("invalid_range", {
        what: `Cannot read ${length} bytes from ${offset} of "${this.info.key}"`,
        why: `it has ${this.info.size} bytes`,
      });
    }
    const { body, parts } = this.content;
    if (length === 0) return [];
    if (parts.length === 0) return [{ body: body!, offset, length }];
    const end = offset + length;
    return parts.flatMap((part): Piece[] => {
      const from = Math.max(offset, part.start), to = Math.min(end, part.start + part.size);
      return from < to ? [{ body: part.body!, offset: from - part.start, length: to - from }] : [];
    });
  }
}

/** A part, as the contract tells it. */
function toObjectPart(part: PartRow): ObjectPart {
  return {
    number: part.number,
    offset: part.start,
    size: part.size,
    etag: part.etag,
    modifiedAt: part.modifiedAt,
    checksums: parseKept<ObjectPart["checksums"]>(part.checksums),
  };
}
