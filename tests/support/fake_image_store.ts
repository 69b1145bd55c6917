import { CorruptionError } from "../../core/errors.ts";
import { digestOf } from "../../core/format/digest_of.ts";
import type { Descriptor } from "../../core/model/descriptor.ts";
import type { Digest } from "../../core/model/digest.ts";
import { type ObjectBody, StorageError } from "../../core/plugin/storage.ts";

/** A store of images in memory that notes what is put into it and lets a test damage an object. */
export class FakeImageStore {
  readonly objects = new Map<Digest, Uint8Array>();
  readonly documents = new Map<string, Uint8Array>();
  /** Digests in the order in which their bytes were taken in; those that were there already are not in it. */
  readonly written: Digest[] = [];
  /** Streams that were read to be stored. */
  streams = 0;

  readonly storage = {
    get: (key: string): Promise<ReadableStream<Uint8Array>> => {
      const bytes = this.documents.get(key);
      if (bytes === undefined) return Promise.reject(new StorageError("not_found", { what: `No ${key}` }));
      return Promise.resolve(ReadableStream.from([bytes]));
    },
    put: async (key: string, body: ObjectBody): Promise<void> => {
      this.documents.set(key, await bytesOf(body.open()));
    },
  };

  putBytes(bytes: Uint8Array, mediaType: string): Promise<Descriptor> {
    const digest = digestOf(bytes);
    if (!this.objects.has(digest)) {
      this.objects.set(digest, bytes);
      this.written.push(digest);
    }
    return Promise.resolve({ mediaType, digest, size: bytes.length });
  }

  async putStream(stream: ReadableStream<Uint8Array>, mediaType: string): Promise<Descriptor> {
    this.streams++;
    return await this.putBytes(await bytesOf(stream), mediaType);
  }

  hasMany(digests: readonly Digest[]): Promise<Set<Digest>> {
    return Promise.resolve(new Set(digests.filter((digest) => this.objects.has(digest))));
  }

  open(descriptor: Descriptor): Promise<ReadableStream<Uint8Array>> {
    const bytes = this.objects.get(descriptor.digest);
    if (bytes === undefined) {
      return Promise.reject(new CorruptionError("object_missing", { what: "No object" }));
    }
    return Promise.resolve(ReadableStream.from(verified(bytes, descriptor.digest)));
  }

  async getBytes(descriptor: Descriptor): Promise<Uint8Array> {
    return await bytesOf(await this.open(descriptor));
  }

  /** Flips the lowest bit of one byte. */
  damage(digest: Digest, offset: number): void {
    const bytes = this.objects.get(digest)?.slice() ?? new Uint8Array();
    bytes[offset] = (bytes[offset] ?? 0) ^ 1;
    this.objects.set(digest, bytes);
  }
}

// As a store does it: the bytes go out first, and the stream fails at its end.
async function* verified(bytes: Uint8Array, digest: Digest): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
  if (digestOf(bytes) !== digest) {
    throw new CorruptionError("object_corrupt", { what: `Cannot read ${digest}` });
  }
}

/** All bytes of a stream. */
export async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
