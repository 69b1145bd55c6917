import { dirname, join } from "node:path";
import { CorruptionError, OutsideError, UserError } from "../errors.ts";
import type { ObjectId } from "./git_object.ts";
import { isLfsPointer } from "./lfs.ts";
import type { ObjectReader } from "./object_reader.ts";
import type { OperationOptions } from "./options.ts";
import { type PathEntry, readWholeTree, refuseSubmodules } from "./tree_entries.ts";

/** What was written. */
export interface CheckoutSummary {
  readonly files: number;
  readonly links: number;
  /** Bytes of the files. */
  readonly bytes: number;
  /** Files that git-lfs keeps elsewhere: a pointer was written, as the commit has it. */
  readonly lfsPointers: readonly string[];
}

/**
 * Writes a tree to a directory: the bytes that the commit holds, unchanged by filters, line-end rules or export
 * rules, and nothing else.
 *
 * Files have mode 0644 or 0755 and folders 0755 whatever the umask. A symbolic link is written as it is, wherever it
 * points, and never followed: all links come after all files, and a tree cannot hold a link and a path below it.
 *
 * @param directory Absent or empty.
 * @param options.modifiedAt Time that every file and folder gets, epoch milliseconds; default: the time of writing.
 * @throws {UserError} `tree_unsafe`, `path_unsupported`, `submodule_unsupported`, `object_missing`,
 * `directory_not_empty`; {@link OutsideError} `checkout_failed` if the disk refuses.
 */
export async function checkoutTree(
  reader: ObjectReader,
  tree: ObjectId,
  directory: string,
  options: OperationOptions & { readonly modifiedAt?: number } = {},
): Promise<CheckoutSummary> {
  const whole = await readWholeTree(reader, tree, options);
  refuseSubmodules(whole.entries);
  const at = options.modifiedAt === undefined ? undefined : options.modifiedAt / 1000;
  const folders = [directory, ...whole.directories.map((path) => join(directory, path))];
  onDisk(directory, () => {
    Deno.mkdirSync(directory, { recursive: true });
    refuseContent(directory);
    for (const folder of folders) {
      if (folder !== directory) Deno.mkdirSync(folder);
      Deno.chmodSync(folder, 0o755);
    }
  });

  const paths = Map.groupBy(whole.entries, (entry) => entry.oid);
  const ids = [...paths.keys()];
  const links: { readonly path: string; readonly target: string }[] = [];
  const lfs: string[] = [];
  let files = 0, bytes = 0, index = 0;
  for await (const object of reader.readMany(ids, options)) {
    for (const entry of paths.get(ids[index]!)!) {
      if (object.type !== "blob") throw notABlob(entry, object.type);
      if (entry.kind === "link") {
        links.push({ path: entry.path, target: decodeTarget(entry, object.bytes) });
        continue;
      }
      if (isLfsPointer(object.bytes)) lfs.push(entry.path);
      // One call at a time: an asynchronous one costs ten times as much for a small file.
      onDisk(entry.path, () => writeFile(join(directory, entry.path), entry, object.bytes, at));
      files++;
      bytes += object.bytes.length;
    }
    index++;
  }
  for (const { path, target } of links) onDisk(path, () => Deno.symlinkSync(target, join(directory, path)));
  // Deepest first, and after all content, which changes the time of its folder.
  if (at !== undefined) {
    for (const folder of folders.toReversed()) onDisk(folder, () => Deno.utimeSync(folder, at, at));
  }
  return { files, links: links.length, bytes, lfsPointers: lfs.sort() };
}

function writeFile(path: string, entry: PathEntry, bytes: Uint8Array, at: number | undefined): void {
  const mode = entry.kind === "executable" ? 0o755 : 0o644;
  Deno.writeFileSync(path, bytes, { createNew: true, mode });
  // The mode of a file that is created loses what the umask takes away.
  if ((Deno.umask() & mode) !== 0) Deno.chmodSync(path, mode);
  if (at !== undefined) Deno.utimeSync(path, at, at);
}

function refuseContent(directory: string): void {
  for (const { name } of Deno.readDirSync(directory)) {
    throw new UserError("directory_not_empty", {
      what: `Cannot check out to ${directory}`,
      why: `it is not empty: it holds ${JSON.stringify(name)}`,
      fix: ["name a folder that does not exist"],
    });
  }
}

function decodeTarget(entry: PathEntry, bytes: Uint8Array): string {
  try {
    const target = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (target !== "" && !target.includes("\0")) return target;
  } catch {
    // Not UTF-8: refused below, as an empty one is.
  }
  throw new UserError("tree_unsafe", {
    what: `Cannot write the symbolic link ${JSON.stringify(entry.path)}`,
    why: "its target is empty or is not text",
  });
}

function notABlob(entry: PathEntry, type: string): CorruptionError {
  return new CorruptionError("git_object_corrupt", {
    what: `Cannot check out ${JSON.stringify(entry.path)}`,
    why: `its object ${entry.oid} is a ${type}`,
  });
}

function onDisk(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    if (cause instanceof UserError || !(cause instanceof Error)) throw cause;
    throw new OutsideError("checkout_failed", {
      what: `Cannot write ${JSON.stringify(path)} of the commit`,
      why: cause.message,
      fix: [`see how full the disk is: \`df -h ${dirname(path)}\``],
    }, { cause });
  }
}
