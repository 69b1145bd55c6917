import { createHash } from "node:crypto";
import { digestOf } from "../format/digest_of.ts";
import { type Digest, parseDigest } from "../model/digest.ts";
import type { OperationOptions } from "../plugin/context.ts";
import type { ObjectBody } from "../plugin/storage.ts";
import { PACK_ENTRY_BYTES, type PackEntry, writePackEntry, writePackFooter } from "./pack_format.ts";

const UNLIKE_BYTES = 16;

/** A pack on its way into a storage. */
export interface NewPack {
  readonly digest: Digest;
  readonly body: ObjectBody;
  readonly entries: readonly PackEntry[];
}

/**
 * A pack of some objects that is like no other: random bytes come first, so that no storage has had one of its name.
 *
 * @param body Begins with the objects' bytes, as `entries` lay them; what follows is left out. Read twice.
 * @param entries In order of offset, from 0, without gaps.
 */
export async function unlikePack(
  body: ObjectBody,
  entries: readonly PackEntry[],
  options: OperationOptions = {},
): Promise<NewPack> {
  const first = crypto.getRandomValues(new Uint8Array(UNLIKE_BYTES));
  const all = [
    { digest: digestOf(first), offset: 0, length: first.length },
    ...entries.map((entry) => ({ ...entry, offset: entry.offset + first.length })),
  ];
  const last = all.at(-1)!;
  const dataBytes = last.offset + last.length;
  const index = new Uint8Array(all.length * PACK_ENTRY_BYTES);
  all.forEach(({ digest, length }, i) => writePackEntry(index, i * PACK_ENTRY_BYTES, digest, length));
  const footer = writePackFooter(index, dataBytes);
  const open = () => ReadableStream.from(chunks(first, body, dataBytes - first.length, [index, footer]));
  const hash = createHash("sha256");
  for await (const chunk of open()) {
    options.signal?.throwIfAborted();
    hash.update(chunk);
  }
  const digest = parseDigest(`sha256:${hash.digest("hex")}`);
  return { digest, entries: all, body: { size: dataBytes + index.length + footer.length, open } };
}

async function* chunks(
  first: Uint8Array,
  body: ObjectBody,
  bytes: number,
  tail: readonly Uint8Array[],
): AsyncGenerator<Uint8Array> {
  yield first;
  let left = bytes;
  if (left > 0) {
    for await (const chunk of body.open()) {
      const part = chunk.subarray(0, left);
      if (part.length > 0) yield part;
      left -= part.length;
      if (left === 0) break;
    }
  }
  // A body that is short makes a pack that is short, which no put takes.
  yield* tail;
}
