import type { Digest } from "../model/digest.ts";
import { buildPack, type PackEntry } from "./pack_format.ts";

/** An object in memory. */
export interface MemoryObject {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

/** How objects lie in a store. */
export interface LayoutRules {
  readonly packBelowBytes: number;
  readonly packTargetBytes: number;
}

/** Which objects lie alone, and which together in a pack; a pack has two at least. */
export function layOut(
  objects: ReadonlyMap<Digest, Uint8Array>,
  { packBelowBytes, packTargetBytes }: LayoutRules,
): { readonly single: readonly MemoryObject[]; readonly packs: readonly (readonly MemoryObject[])[] } {
  const single: MemoryObject[] = [];
  const packs: MemoryObject[][] = [];
  let room = 0;
  for (const [digest, bytes] of objects) {
    if (bytes.length >= packBelowBytes) {
      single.push({ digest, bytes });
      continue;
    }
    room -= bytes.length;
    if (room < 0 || packs.length === 0) {
      packs.push([]);
      room = packTargetBytes - bytes.length;
    }
    packs.at(-1)!.push({ digest, bytes });
  }
  return {
    single: [...single, ...packs.filter((pack) => pack.length === 1).flat()],
    packs: packs.filter((pack) => pack.length > 1),
  };
}

/** A pack of some objects, in their order, and where each lies in it. */
export function packOf(
  objects: readonly MemoryObject[],
): { readonly bytes: Uint8Array<ArrayBuffer>; readonly entries: readonly PackEntry[] } {
  let offset = 0;
  const entries = objects.map(({ digest, bytes: { length } }) => {
    offset += length;
    return { digest, length, offset: offset - length };
  });
  return { bytes: buildPack(objects), entries };
}
