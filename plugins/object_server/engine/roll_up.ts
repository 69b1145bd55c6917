import type { PageOptions } from "../object_engine.ts";
import { compareKeys, endOfPrefix, justAfter } from "./key_order.ts";

/** Where a walk goes on: at the first row whose key is not below `from`, or right after a row. */
export type Position<T> = { readonly from: string } | { readonly past: T };

/** Rows in order of their keys' UTF-8 bytes. */
export interface Walk<T> {
  /** The first `count` rows, or fewer if there are no more, whose keys are below `end`. */
  fetch(position: Position<T>, end: string | undefined, count: number): readonly T[];
  keyOf(row: T): string;
}

/** A page of rows and of the prefixes that other rows are rolled up to. */
export interface Page<T> {
  readonly rows: readonly T[];
  readonly commonPrefixes: readonly string[];
  /** What the page ends with, if there is more after it. */
  readonly last?: { readonly row: T } | { readonly prefix: string };
}

// Rows read at once between two prefixes: few, as what follows a prefix may be another; then more and more.
const FIRST_FETCH = 4;

/**
 * Takes a page of a walk. What lies under a common prefix is passed over by a seek, not read.
 *
 * @param after Only rows with keys after this one, and common prefixes that it does not lie in.
 * @param start In place of `after`: goes on right after a row.
 */
export function rollUp<T>(
  walk: Walk<T>,
  options: PageOptions,
  after: string | undefined,
  start?: Position<T>,
): Page<T> {
  const { prefix = "", delimiter, limit } = options;
  const end = prefix === "" ? undefined : endOfPrefix(prefix);
  const rows: T[] = [];
  const commonPrefixes: string[] = [];
  let last: Page<T>["last"];
  let position: Position<T> | undefined = start ?? { from: firstKey(prefix, delimiter, after) };
  let size = delimiter === undefined ? limit + 1 : Math.min(FIRST_FETCH, limit + 1);
  if (limit <= 0) return { rows, commonPrefixes };

  while (position !== undefined) {
    const fetched: readonly T[] = walk.fetch(position, end, size);
    position = fetched.length < size ? undefined : { past: fetched.at(-1)! };
    size = Math.min(size * 4, limit + 1);
    for (const row of fetched) {
      if (rows.length + commonPrefixes.length === limit) return { rows, commonPrefixes, last: last! };
      const common = commonPrefix(walk.keyOf(row), prefix, delimiter);
      if (common === undefined) {
        rows.push(row);
        last = { row };
        continue;
      }
      commonPrefixes.push(common);
      last = { prefix: common };
      const next = endOfPrefix(common);
      position = next === undefined ? undefined : { from: next };
      size = Math.min(FIRST_FETCH, limit + 1);
      break;
    }
  }
  return { rows, commonPrefixes };
}

function firstKey(prefix: string, delimiter: string | undefined, after: string | undefined): string {
  if (after === undefined || after === "") return prefix;
  const common = after.startsWith(prefix) ? commonPrefix(after, prefix, delimiter) : undefined;
  // A text that nothing is after ends the list: U+10FFFF is the last character.
  const from = common === undefined ? justAfter(after) : endOfPrefix(common) ?? justAfter(after);
  return compareKeys(from, prefix) < 0 ? prefix : from;
}

function commonPrefix(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (delimiter === undefined) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}
