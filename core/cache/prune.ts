import type { Digest } from "../model/digest.ts";
import type { CachedResult } from "./stage_results.ts";
import type { CachedTree } from "./trees.ts";

/** What a cache holds. */
export interface CacheContent {
  /** The one longest unused first. */
  readonly trees: readonly CachedTree[];
  /** The one longest unused first. */
  readonly results: readonly CachedResult[];
}

/**
 * Decides what to remove, so that a cache has at most `keepBytes`: what is longest unused goes first.
 *
 * Results go only once no tree is left to remove: they are tiny, and each spares a whole run.
 *
 * @param inUse Manifests of trees that stay.
 */
export function planPrune(
  content: CacheContent,
  options: { readonly keepBytes: number; readonly inUse: ReadonlySet<Digest> },
): CacheContent {
  let over = bytesOf(content.trees) + bytesOf(content.results) - options.keepBytes;
  const take = <Item extends { readonly bytes: number }>(items: readonly Item[]): Item[] =>
    items.filter(({ bytes }) => {
      if (over <= 0) return false;
      over -= bytes;
      return true;
    });
  return {
    trees: take(content.trees.filter(({ manifest }) => !options.inUse.has(manifest))),
    results: take(content.results),
  };
}

/** Sum of the bytes of what a cache holds. */
export function bytesOf(items: readonly { readonly bytes: number }[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0);
}
