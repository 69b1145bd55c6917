import type { ObjectId } from "./git_object.ts";
import type { ObjectReader } from "./object_reader.ts";

/**
 * The commit that an annotated tag stands for, through tags of tags.
 *
 * @param tag Bytes of the tag object.
 * @returns `undefined` if it stands for another kind of object.
 */
export async function peel(reader: ObjectReader, tag: Uint8Array): Promise<ObjectId | undefined> {
  for (let bytes = tag;;) {
    const target = /^object ([0-9a-f]+)\ntype (\w+)\n/.exec(new TextDecoder().decode(bytes));
    if (target === null) return undefined;
    if (target[2] === "commit") return target[1]!;
    if (target[2] !== "tag") return undefined;
    bytes = (await reader.read(target[1]!)).bytes;
  }
}
