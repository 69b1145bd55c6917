import { UserError } from "../errors.ts";
import { filesOf, type Manifest } from "../model/manifest.ts";
import { makeFolders, makeLinks, removeTree } from "./tree_files.ts";

/** Options of {@link placeTree}. */
export interface PlaceOptions {
  /** Copies that the user may change, in place of read-only links. */
  readonly writable?: boolean;
}

/** How the files came there. */
export type PlacedBy = "link" | "copy";

/**
 * Puts a cached tree at a path of the user's: hard links where the disk is the same, else copies; read-only.
 *
 * Appears whole or not at all. A copy shares its blocks with the cache on file systems that can do so.
 * @param destination Absolute. Does not exist, or is an empty directory.
 * @throws {UserError} `destination_exists`.
 */
export function placeTree(
  tree: string,
  content: Manifest,
  destination: string,
  options: PlaceOptions = {},
): PlacedBy {
  refuseUnlessFree(destination);
  const slash = destination.lastIndexOf("/");
  const parent = destination.slice(0, slash) || "/";
  Deno.mkdirSync(parent, { recursive: true });
  const making = `${parent}/.${destination.slice(slash + 1)}.${crypto.randomUUID()}`;
  let by: PlacedBy = options.writable ? "copy" : "link";
  try {
    makeFolders(making, content);
    for (const { path, executable } of filesOf(content)) {
      if (by === "link" && linked(`${tree}/${path}`, `${making}/${path}`)) continue;
      by = "copy";
      Deno.copyFileSync(`${tree}/${path}`, `${making}/${path}`);
      Deno.chmodSync(`${making}/${path}`, modeOf(executable, options.writable ?? false));
    }
    makeLinks(making, content);
    Deno.renameSync(making, destination);
  } catch (error) {
    removeTree(making);
    throw error;
  }
  return by;
}

function modeOf(executable: boolean, writable: boolean): number {
  return (executable ? 0o555 : 0o444) | (writable ? 0o200 : 0);
}

function linked(from: string, to: string): boolean {
  try {
    Deno.linkSync(from, to);
    return true;
  } catch {
    // Another disk, a disk without links, or too many of them: a copy tells of any other trouble.
    return false;
  }
}

function refuseUnlessFree(destination: string): void {
  let entries: number;
  try {
    entries = [...Deno.readDirSync(destination)].length;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    if (!(error instanceof Deno.errors.NotADirectory)) throw error;
    entries = 1;
  }
  if (entries === 0) return;
  throw new UserError("destination_exists", {
    what: `Cannot put the artifact at ${JSON.stringify(destination)}`,
    why: "something is there already",
    fix: ["give a path that does not exist, or an empty folder"],
  });
}
