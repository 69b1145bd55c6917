import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { CorruptionError, UserError } from "../errors.ts";
import type { GitObject, ObjectId, ObjectType } from "./git_object.ts";
import type { ObjectReader } from "./object_reader.ts";
import type { OperationOptions } from "./options.ts";
import { PackReader } from "./pack_reader.ts";
import { type PathEntry, readWholeTree, refuseSubmodules } from "./tree_entries.ts";
import { concatenate } from "./tree_object.ts";

/** A git packfile, version 2, without deltas. */
export interface SourcePack {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What is in it, in its order; empty if all was excluded. */
  readonly objects: readonly ObjectId[];
}

/** Bytes of files, before compression, that one pack may hold: it is made and read in memory. */
const MAX_CONTENT_BYTES = 1024 ** 3;

/** Types as a pack numbers them: "pack-format", git's documentation. */
const TYPE_NUMBER: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };

/**
 * Packs a commit with all its files and without its history, so that the very commit can be had again where there is
 * neither the repository nor a git host. `git unpack-objects` reads it too.
 *
 * Equal commits give equal bytes, from the same version of the compressor.
 *
 * @param options.exclude Objects that are kept elsewhere.
 * @throws {UserError} `source_too_large` naming the largest files, `submodule_unsupported`, `object_missing`.
 * @see {@link https://git-scm.com/docs/gitformat-pack}
 */
export async function writeSourcePack(
  reader: ObjectReader,
  commit: ObjectId,
  options: OperationOptions & { readonly exclude?: ReadonlySet<ObjectId>; readonly maxBytes?: number } = {},
): Promise<SourcePack> {
  const { ids, entries } = await objectsOf(reader, commit, options);
  const objects = ids.filter((id) => !options.exclude?.has(id));
  const limit = options.maxBytes ?? MAX_CONTENT_BYTES;
  const header = new Uint8Array(12);
  header.set(new TextEncoder().encode("PACK"));
  new DataView(header.buffer).setUint32(4, 2);
  new DataView(header.buffer).setUint32(8, objects.length);

  const hash = createHash(reader.format).update(header);
  const parts: Uint8Array[] = [header];
  const sizes = new Map<ObjectId, number>();
  let content = 0, index = 0;
  for await (const object of reader.readMany(objects, options)) {
    const id = objects[index++]!;
    content += object.bytes.length;
    sizes.set(id, object.bytes.length);
    if (content > limit) throw tooLarge(commit, limit, entries, sizes);
    for (const part of [entryHeader(object), deflateSync(object.bytes, { level: 6 })]) {
      hash.update(part);
      parts.push(part);
    }
  }
  parts.push(hash.digest());
  return { bytes: concatenate(parts), objects };
}

/** Ids of a commit, its trees and its files: what a whole pack of it holds. */
export async function commitObjectIds(reader: ObjectReader, commit: ObjectId): Promise<Set<ObjectId>> {
  return new Set((await objectsOf(reader, commit, {})).ids);
}

/**
 * Reads the commits in packs of {@link writeSourcePack}, without git. Each object is checked against its id, which
 * is found by hashing it: a pack says no ids.
 *
 * @param packs In any order; not changed while the reader is in use. An object may be in several.
 * @throws {CorruptionError} `source_pack_corrupt` if a pack is cut, damaged, or not one that aero writes; or if
 * there is no pack.
 */
export function openSourcePacks(packs: readonly Uint8Array[]): ObjectReader {
  if (packs.length > 0) return new PackReader(packs);
  throw new CorruptionError("source_pack_corrupt", {
    what: "Cannot read the kept source",
    why: "there is no pack of it",
  });
}

async function objectsOf(
  reader: ObjectReader,
  commit: ObjectId,
  options: OperationOptions,
): Promise<{ ids: ObjectId[]; entries: readonly PathEntry[] }> {
  const { tree } = await reader.readCommit(commit);
  const whole = await readWholeTree(reader, tree, options);
  refuseSubmodules(whole.entries);
  const blobs = whole.entries.map((entry) => entry.oid);
  return { ids: [...new Set([commit, ...whole.trees, ...blobs])], entries: whole.entries };
}

/** Type and size: 4 bits of the size beside the type, then 7 a byte, the high bit saying that more follows. */
function entryHeader({ type, bytes }: GitObject): Uint8Array {
  const header: number[] = [];
  let byte = (TYPE_NUMBER[type] << 4) | (bytes.length & 15);
  for (let rest = Math.floor(bytes.length / 16); rest > 0; rest = Math.floor(rest / 128)) {
    header.push(byte | 0x80);
    byte = rest & 0x7f;
  }
  return Uint8Array.from([...header, byte]);
}

function tooLarge(
  commit: ObjectId,
  limit: number,
  entries: readonly PathEntry[],
  sizes: ReadonlyMap<ObjectId, number>,
): UserError {
  const largest = entries
    .filter((entry) => sizes.has(entry.oid))
    .sort((a, b) => sizes.get(b.oid)! - sizes.get(a.oid)!)
    .slice(0, 3);
  const named = largest.map(({ path, oid }) => `${path} (${sizes.get(oid)} bytes)`).join(", ");
  return new UserError("source_too_large", {
    what: `Cannot keep the source of commit ${commit.slice(0, 12)}`,
    why:
      `its files come to more than ${limit} bytes, the most that is kept as code; among the largest: ${named}`,
    fix: [
      `store data as data: \`aero data add ${
        largest[0]?.path ?? "<file>"
      } --name <name>\`, then \`git rm\` it`,
    ],
  });
}
