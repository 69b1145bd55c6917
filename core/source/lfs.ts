import { UserError } from "../errors.ts";
import type { ObjectId } from "./git_object.ts";
import type { ObjectReader } from "./object_reader.ts";
import { treeEntries } from "./tree_entries.ts";

// The first line of a pointer, and its greatest size: git-lfs, docs/spec.md.
const SPEC = new TextEncoder().encode("version https://git-lfs.github.com/spec/");
const MAX_POINTER_BYTES = 1024;

/** Whether these bytes stand in for a file that git-lfs keeps elsewhere. */
export function isLfsPointer(bytes: Uint8Array): boolean {
  return bytes.length < MAX_POINTER_BYTES && SPEC.every((byte, i) => bytes[i] === byte);
}

/** Paths in a tree whose content is a git-lfs pointer; empty if there is none. Reads every file of the tree. */
export async function lfsPointers(reader: ObjectReader, tree: ObjectId): Promise<string[]> {
  const files = (await treeEntries(reader, tree)).filter((entry) =>
    entry.kind === "file" || entry.kind === "executable"
  );
  const found: string[] = [];
  let index = 0;
  for await (const { bytes } of reader.readMany(files.map((entry) => entry.oid))) {
    const { path } = files[index++]!;
    if (isLfsPointer(bytes)) found.push(path);
  }
  return found;
}

/** What to tell a person whose commit has git-lfs pointers. `paths` is not empty. */
export function lfsPointersError(paths: readonly string[]): UserError {
  const first = paths[0]!;
  const shown = paths.length === 1 ? first : `${first} and ${paths.length - 1} more`;
  return new UserError("lfs_pointers", {
    what: "Cannot run a commit whose files git-lfs keeps elsewhere",
    why:
      `${shown}: in the commit is a pointer of a few lines, not the content, so a run would read the pointer`,
    fix: [
      `store the content as data: \`aero data add ${first} --name <name>\`, and declare it as an input`,
      `or keep it in git itself: \`git lfs untrack ${first} && git add --renormalize ${first}\`, then commit`,
    ],
  });
}
