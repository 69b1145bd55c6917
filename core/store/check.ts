import { createHash } from "node:crypto";
import { AeroError } from "../errors.ts";
import { digestOf } from "../format/digest_of.ts";
import type { Digest } from "../model/digest.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { checkNames } from "./check_names.ts";
import { digestOfObjectKey, digestOfPackKey, PREFIX } from "./keys.ts";
import { PACK_FOOTER_BYTES, readPackFooter, readPackIndex } from "./pack_format.ts";
import type { Store } from "./store.ts";
import { readAll } from "./verified_stream.ts";

/** One thing in a store that is not as it must be. */
export interface Finding {
  readonly kind:
    /** Bytes that do not match their key. */
    | "object_corrupt"
    | "pack_corrupt"
    /** A name or a document lists an object that is not stored, or not whole. */
    | "object_missing"
    /** A document that cannot be read, or that says of itself what its key does not. */
    | "document_corrupt"
    /** A document names another document that is not there. */
    | "document_missing"
    /** A number between the labels of an artifact that nobody has. */
    | "label_gap"
    /** A key that no store has. */
    | "key_unknown";
  /** Where it is in the storage, or the digest of the missing object. */
  readonly key: string;
  /** One sentence for people. */
  readonly message: string;
}

/** How a store is checked. */
export interface CheckOptions extends OperationOptions {
  /** Called with the bytes of each object and pack once they have been read. */
  readonly onRead?: (bytes: number) => void;
}

/** Reads everything; see {@link Store.check}. */
export async function* checkStore(store: Store, options: CheckOptions): AsyncGenerator<Finding> {
  const sound = new Map<Digest, number>();
  yield* checkObjects(store, sound, options);
  yield* checkPacks(store, sound, options);
  yield* checkNames(store, sound, options);
}

async function* checkObjects(
  store: Store,
  sound: Map<Digest, number>,
  options: CheckOptions,
): AsyncGenerator<Finding> {
  for await (const { key, size } of store.storage.list(PREFIX.objects, options)) {
    const digest = digestOfObjectKey(key);
    if (digest === undefined) {
      yield { kind: "key_unknown", key, message: `${key} is not the key of an object` };
      continue;
    }
    const hash = createHash("sha256");
    let read = 0;
    for await (const chunk of await store.storage.get(key, options)) {
      hash.update(chunk);
      read += chunk.length;
    }
    options.onRead?.(read);
    const found = `sha256:${hash.digest("hex")}`;
    if (found !== digest) {
      yield { kind: "object_corrupt", key, message: `the bytes of ${key} hash to ${found}` };
    } else if (read !== size) {
      yield { kind: "object_corrupt", key, message: `${key} has ${read} bytes and is listed with ${size}` };
    } else sound.set(digest, size);
  }
}

async function* checkPacks(
  store: Store,
  sound: Map<Digest, number>,
  options: CheckOptions,
): AsyncGenerator<Finding> {
  for await (const { key } of store.storage.list(PREFIX.packs, options)) {
    const pack = digestOfPackKey(key);
    if (pack === undefined) {
      yield { kind: "key_unknown", key, message: `${key} is not the key of a pack` };
      continue;
    }
    const bytes = await readAll(await store.storage.get(key, options));
    options.onRead?.(bytes.length);
    const found = digestOf(bytes);
    if (found !== pack) yield { kind: "pack_corrupt", key, message: `the bytes of ${key} hash to ${found}` };
    try {
      const footer = bytes.subarray(-PACK_FOOTER_BYTES);
      const { dataBytes } = readPackFooter(footer, bytes.length, pack);
      const index = bytes.subarray(dataBytes, bytes.length - PACK_FOOTER_BYTES);
      for (const { digest, offset, length } of readPackIndex(index, footer, dataBytes, pack)) {
        const object = digestOf(bytes.subarray(offset, offset + length));
        if (object === digest) sound.set(digest, length);
        else {
          const message = `${key} should hold ${digest} at byte ${offset}, and its bytes hash to ${object}`;
          yield { kind: "object_corrupt", key, message };
        }
      }
    } catch (error) {
      if (!(error instanceof AeroError)) throw error;
      yield { kind: "pack_corrupt", key, message: error.message };
    }
  }
}
