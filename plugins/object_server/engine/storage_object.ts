import type { LentBytes, ObjectPart, OpenObject, StoredObject } from "../object_engine.ts";
import { ObjectEngineError } from "./engine_error.ts";
import { generatorStream } from "./generator_stream.ts";
import { lentBytes } from "./lent_bytes.ts";
import { type StorageBucket, storageFailure } from "./storage_bucket.ts";

/**
 * An object of a storage. Its bytes are opened when they are read: if it was replaced since it was looked up, the
 * read fails, since the answer's etag and size would be another's.
 */
export class StorageObject implements OpenObject {
  readonly bucket: string;
  readonly info: StoredObject;
  readonly #bucket: StorageBucket;

  constructor(bucket: StorageBucket, info: StoredObject) {
    this.bucket = bucket.name;
    this.info = info;
    this.#bucket = bucket;
  }

  parts(): readonly ObjectPart[] {
    return [];
  }

  read(range?: { readonly offset: number; readonly length: number }): ReadableStream<Uint8Array> {
    return generatorStream(this.#pieces(range));
  }

  lend(range?: { readonly offset: number; readonly length: number }): LentBytes {
    return lentBytes(this.#pieces(range));
  }

  readSmall(): undefined {
    return undefined;
  }

  [Symbol.dispose](): void {}

  #pieces(
    range: { readonly offset: number; readonly length: number } | undefined,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const { offset, length } = range ?? { offset: 0, length: this.info.size };
    if (offset < 0 || length < 0 || offset + length > this.info.size) {
      throw new ObjectEngineError("invalid_range", {
        what: `Cannot read ${length} bytes from ${offset} of "${this.info.key}"`,
        why: `it has ${this.info.size} bytes`,
      });
    }
    return this.#bytes(offset, length);
  }

  async *#bytes(offset: number, length: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    if (length === 0) return;
    const { storage } = this.#bucket;
    const key = this.#bucket.keyOrAbsent(this.info.key)!;
    try {
      const whole = offset === 0 && length === this.info.size;
      const stream = await storage.get(key, whole ? {} : { range: { offset, length } });
      let given = 0;
      await this.#assertUnchanged(stream);
      for await (const bytes of stream) {
        given += bytes.length;
        yield bytes as Uint8Array<ArrayBuffer>;
      }
      if (given !== length) throw this.#changed();
    } catch (error) {
      throw storageFailure(error);
    }
  }

  async #assertUnchanged(stream: ReadableStream<Uint8Array>): Promise<void> {
    const object = await this.#bucket.stat(this.info.key).catch(() => undefined);
    if (object?.etag === this.info.etag) return;
    await stream.cancel().catch(() => {});
    throw this.#changed();
  }

  #changed(): ObjectEngineError {
    return new ObjectEngineError("unavailable", {
      what: `Cannot read "${this.info.key}" in bucket "${this.bucket}"`,
      why: "it was changed while it was read",
    });
  }
}
