import { UserError } from "../errors.ts";
import { isSafePath } from "./safe_path.ts";

declare const brand: unique symbol;

/** A path inside a tree: `/`-separated, not empty, no `.`, `..`, empty parts, NUL or leading `/`. */
export type RelativePath = string & { readonly [brand]: "RelativePath" };

/**
 * Reads a relative path.
 *
 * @throws {UserError} `path_unsafe` if it is empty, absolute, climbs out, or cannot be written as UTF-8.
 */
export function parseRelativePath(text: string): RelativePath {
  if (isSafePath(text)) return text as RelativePath;
  throw new UserError("path_unsafe", {
    what: `Cannot take the path ${JSON.stringify(text)}`,
    why: faultOf(text),
  });
}

/** What is wrong with a path that is not safe. */
function faultOf(text: string): string {
  if (text === "") return "it is empty";
  if (text.startsWith("/")) return "it is absolute, and a path in an artifact is relative";
  if (text.includes("\0")) return "it holds a NUL";
  if (!text.isWellFormed()) return "it is not valid Unicode";
  return text.split("/").includes("..")
    ? "it climbs out of its folder"
    : "it has an empty part or a single dot";
}

/**
 * Where a symbolic link at `path` points, as a path inside the tree.
 *
 * @returns `undefined` if the link is absolute or leaves the tree.
 */
export function linkTargetInside(path: RelativePath, target: string): string | undefined {
  if (target === "" || target.startsWith("/") || target.includes("\0")) return undefined;
  const parts = path.split("/").slice(0, -1);
  for (const part of target.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
}
