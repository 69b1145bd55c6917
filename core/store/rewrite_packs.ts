import { CorruptionError } from "../errors.ts";
import { digestOf } from "../format/digest_of.ts";
import type { Digest } from "../model/digest.ts";
import type { OperationOptions } from "../plugin/context.ts";
import { bytesBody } from "../plugin/storage.ts";
import type { PackEntry } from "./pack_format.ts";
import type { StoredPack } from "./plan_collection.ts";
import { putIfAbsent } from "./marker.ts";
import { packKey } from "./keys.ts";
import type { Store } from "./store.ts";
import { unlikePack } from "./unlike_pack.ts";
import { readAll } from "./verified_stream.ts";

/** A pack whose objects lie in another one as well. */
export interface Rewritten {
  readonly pack: StoredPack;
  /** Set if it was left as it is, since bytes in it are wrong. */
  readonly damage?: CorruptionError;
}

// Neighbours are read together, also past bytes that nobody wants.
const READ_BYTES = 8 * 1024 * 1024;
const GAP_BYTES = 256 * 1024;
// As packs are written at first: an index must not outgrow what it is about.
const MOST_OBJECTS = 65_536;

/**
 * Puts what is to be carried over from packs into new packs, which are like no other.
 *
 * @returns Packs that can go, once their objects are stored again; each is checked while it is read.
 */
export async function* rewritePacks(
  store: Store,
  packs: readonly StoredPack[],
  options: OperationOptions & { readonly onBytes?: (bytes: number) => void } = {},
): AsyncGenerator<Rewritten> {
  const parts: Uint8Array[] = [];
  let entries: PackEntry[] = [];
  let size = 0;
  let waiting: StoredPack[] = [];
  const flush = async () => {
    if (entries.length > 0) await putNew(store, parts, entries, size, options);
    const done = waiting;
    parts.length = 0;
    entries = [];
    size = 0;
    waiting = [];
    return done.map((pack) => ({ pack }));
  };
  for (const pack of packs) {
    options.signal?.throwIfAborted();
    const read = await readCarried(store, pack, options);
    if (read instanceof CorruptionError) {
      yield { pack, damage: read };
      continue;
    }
    const bytes = read.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const isFull = size + bytes > store.packTargetBytes || entries.length + read.length > MOST_OBJECTS;
    if (isFull) yield* await flush();
    for (const { digest, bytes } of read) {
      entries.push({ digest, offset: size, length: bytes.length });
      parts.push(bytes);
      size += bytes.length;
    }
    waiting.push(pack);
  }
  yield* await flush();
}

async function putNew(
  store: Store,
  parts: readonly Uint8Array[],
  entries: readonly PackEntry[],
  size: number,
  options: OperationOptions,
): Promise<void> {
  const open = () => ReadableStream.from(parts);
  const { digest, body, entries: laid } = await unlikePack({ size, open }, entries, options);
  // One request in place of a stream of small chunks.
  const bytes = await readAll(body.open());
  await putIfAbsent(store.storage, packKey(digest), bytesBody(bytes), options);
  store.catalog.notePack(digest, laid);
}

async function readCarried(
  store: Store,
  { object: { key }, entries }: StoredPack,
  options: OperationOptions & { readonly onBytes?: (bytes: number) => void },
): Promise<{ digest: Digest; bytes: Uint8Array }[] | CorruptionError> {
  const carried: { digest: Digest; bytes: Uint8Array }[] = [];
  for (const { offset, length, members } of joined(entries)) {
    const range = { offset, length };
    const bytes = length === 0 ? new Uint8Array() : await readAll(
      await store.storage.get(key, {
        ...(options.signal && { signal: options.signal }),
        range,
      }),
    );
    options.onBytes?.(bytes.length);
    for (const entry of members) {
      const at = entry.offset - offset;
      const part = bytes.slice(at, at + entry.length);
      if (digestOf(part) !== entry.digest) {
        return new CorruptionError("object_corrupt", {
          what: `Cannot pack ${key} anew`,
          why: `its bytes for ${entry.digest} are not those`,
          fix: ["`aero storage fsck --repair`"],
        });
      }
      carried.push({ digest: entry.digest, bytes: part });
    }
  }
  return carried;
}

function joined(
  entries: readonly PackEntry[],
): { readonly offset: number; readonly length: number; readonly members: readonly PackEntry[] }[] {
  const reads: { offset: number; length: number; members: PackEntry[] }[] = [];
  for (const entry of [...entries].sort((a, b) => a.offset - b.offset)) {
    const last = reads.at(-1);
    const end = entry.offset + entry.length;
    if (
      last && entry.offset <= last.offset + last.length + GAP_BYTES && end - last.offset <= READ_BYTES
    ) {
      last.length = Math.max(last.length, end - last.offset);
      last.members.push(entry);
    } else reads.push({ offset: entry.offset, length: entry.length, members: [entry] });
  }
  return reads;
}
