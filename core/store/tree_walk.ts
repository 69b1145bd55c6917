import { UserError } from "../errors.ts";
import { compareBytes } from "../model/manifest.ts";
import { leavingLink } from "../model/leaving_link.ts";
import { parseRelativePath, type RelativePath } from "../model/relative_path.ts";
import { fileUnreadable } from "./file_fault.ts";
import { linkLeaves, specialFile, stampOf, type WalkedEntry } from "./look_at.ts";
import { LookPool } from "./look_pool.ts";

/**
 * Walks a directory without reading files.
 *
 * @param expected How many files there may be; only the time depends on it.
 * @returns Files and links, sorted by the bytes of their path. Empty directories leave no trace.
 * @throws {UserError} `file_special`, `link_leaves`, `path_unsafe`, `file_unreadable`, each naming the path.
 */
export async function walkTree(root: string, expected = 0): Promise<WalkedEntry[]> {
  using pool = new LookPool(root);
  pool.expect(expected);
  const paths: RelativePath[] = [];
  list(root, "", paths, () => pool.expect(paths.length));
  const found = await pool.look(paths);
  const leaving = leavingLink(found.filter((entry) => entry.kind === "link"));
  if (leaving) throw linkLeaves(root, leaving);
  return found;
}

/**
 * Walks a file or a directory without reading files.
 *
 * @param path Absolute; if it is itself a link, what it points to is taken.
 * @returns What the paths of the entries begin at; as {@link walkTree}.
 * @throws {UserError} As {@link walkTree}.
 */
export async function walkAny(
  path: string,
  expected?: number,
): Promise<{ root: string; entries: WalkedEntry[] }> {
  let info: Deno.FileInfo;
  try {
    info = Deno.statSync(path);
  } catch (cause) {
    throw fileUnreadable(path, cause);
  }
  if (info.isDirectory) {
    return { root: path.replace(/\/+$/, "") || "/", entries: await walkTree(path, expected) };
  }
  if (!info.isFile) throw specialFile(path, info);
  const slash = path.lastIndexOf("/");
  const name = parseRelativePath(path.slice(slash + 1));
  const executable = ((info.mode ?? 0) & 0o100) !== 0;
  return {
    root: path.slice(0, Math.max(slash, 0)),
    entries: [{ kind: "file", path: name, stamp: stampOf(info), executable }],
  };
}

/** Adds the paths of all files and links below a folder, sorted by their bytes. */
function list(root: string, folder: string, paths: RelativePath[], onFolder: () => void): void {
  const names = new Set<string>();
  const keys: string[] = [];
  for (const { name, isDirectory } of readFolder(`${root}/${folder}`)) {
    if (name.includes("\ufffd")) refuseUnlessUtf8(`${root}/${folder}${name}`, names.has(name));
    names.add(name);
    // With the slash that follows it in paths, a folder's name sorts as all that is in it does.
    keys.push(isDirectory ? `${name}/` : name);
  }
  for (const key of sortByBytes(keys)) {
    if (key.endsWith("/")) list(root, folder + key, paths, onFolder);
    else paths.push(parseRelativePath(folder + key));
  }
  onFolder();
}

/** The order of UTF-16, which is the quick one, is that of bytes unless there are surrogates. */
function sortByBytes(texts: string[]): string[] {
  return texts.some((text) => /[\ud800-\udfff]/.test(text)) ? texts.sort(compareBytes) : texts.sort();
}

function readFolder(path: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(path)];
  } catch (cause) {
    throw fileUnreadable(path, cause);
  }
}

// Deno gives names that are not UTF-8 with replacement characters, under which nothing is found, or another file.
function refuseUnlessUtf8(path: string, seenBefore: boolean): void {
  try {
    if (!seenBefore) return void Deno.lstatSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  throw new UserError("path_unsafe", {
    what: `Cannot take the path ${JSON.stringify(path)}`,
    why: "its name is not UTF-8",
    fix: ["rename it"],
  });
}
