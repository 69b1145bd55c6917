import { createHash } from "node:crypto";
import type { Digest } from "../model/digest.ts";
import type { OperationOptions } from "../plugin/context.ts";
import type { ObjectBody, Storage, StorageKey, StoredObject } from "../plugin/storage.ts";
import { digestOfObjectKey, digestOfPackKey } from "./keys.ts";
import { readPackTail } from "./object_catalog.ts";
import type { PackEntry } from "./pack_format.ts";
import { PackHasher } from "./pack_hasher.ts";
import type { Store } from "./store.ts";
import { objectCorrupt } from "./verified_stream.ts";

/**
 * Copies an object or a pack from one storage to the store in another. Its digest, and those of all objects in it, are
 * checked on the way, before the last bytes are given: what is wrong is never stored.
 *
 * @throws {CorruptionError} `object_corrupt`, `pack_corrupt`.
 * @throws {StorageError} `not_found` if it is gone from where it was.
 */
export async function copyObject(
  from: Storage,
  to: Store,
  object: StoredObject,
  options: OperationOptions,
): Promise<void> {
  const digest = digestOfObjectKey(object.key);
  if (digest !== undefined) {
    const check = () => {
      const hash = createHash("sha256");
      return {
        update: (chunk: Uint8Array) => void hash.update(chunk),
        end: () => mustBe(digest, `sha256:${hash.digest("hex")}`),
      };
    };
    return await to.putObject(digest, checkedBody(from, object, check, options), options);
  }
  const pack = digestOfPackKey(object.key)!;
  const entries = await readPackTail(from, pack, object.size, options);
  if (entries === undefined) throw objectCorrupt(pack, "the index of this pack cannot be read");
  const check = () => packCheck(pack, entries);
  await to.putPack(pack, checkedBody(from, object, check, options), entries, options);
}

/** Looks at bytes as they go by; `end` throws if they are wrong. */
interface Check {
  update(chunk: Uint8Array): void;
  end(): void;
}

function packCheck(pack: Digest, entries: readonly PackEntry[]): Check {
  const hasher = new PackHasher(entries);
  return {
    update: (chunk) => hasher.update(chunk),
    end() {
      for (const { entry, digest } of hasher.found) mustBe(entry.digest, digest);
      mustBe(pack, hasher.digest());
    },
  };
}

function mustBe(wanted: Digest, found: string): void {
  if (wanted !== found) throw objectCorrupt(wanted, `its bytes hash to ${found}`);
}

function checkedBody(
  from: Storage,
  { key, size }: StoredObject,
  check: () => Check,
  options: OperationOptions,
): ObjectBody {
  return { size, open: () => ReadableStream.from(checkedChunks(from, key, check(), options)) };
}

/** The last chunk is held back until all is known to be right: a service may keep what it has got whole. */
async function* checkedChunks(
  from: Storage,
  key: StorageKey,
  check: Check,
  options: OperationOptions,
): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | undefined;
  for await (const chunk of await from.get(key, options)) {
    check.update(chunk);
    if (held !== undefined) yield held;
    held = chunk;
  }
  check.end();
  if (held !== undefined) yield held;
}
