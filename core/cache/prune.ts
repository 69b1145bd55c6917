import type { Digest } from "../model/digest.ts";
import type { CachedObject } from "./objects.ts";
import type { CachedResult } from "./stage_results.ts";
import type { CachedTree } from "./trees.ts";

/** What a cache holds. */
export interface CacheContent {
  readonly trees: readonly CachedTree[];
  readonly objects: readonly CachedObject[];
  readonly results: readonly CachedResult[];
}

/**
 * Decides what to remove, so that a cache has at most `keepBytes`: what is longest unused goes first.
 *
 * Results go only once nothing else is left to remove: they are tiny, and each spares a whole run.
 *
 * @param inUse Manifests of trees that stay.
 */
export function planPrune(
  content: CacheContent,
  options: { readonly keepBytes: number; readonly inUse: ReadonlySet<Digest> },
): CacheContent {
  let over = bytesOf(content.trees) + bytesOf(content.objects) + bytesOf(content.results) - options.keepBytes;
  const gone = new Set<unknown>();
  const copies = [
    ...content.trees.filter(({ manifest }) => !options.inUse.has(manifest)),
    ...content.objects,
  ];
  for (const items of [copies, content.results]) {
    for (const item of [...items].sort((a, b) => a.usedAt - b.usedAt)) {
      if (over <= 0) break;
      over -= item.bytes;
      gone.add(item);
    }
  }
  return {
    trees: content.trees.filter((item) => gone.has(item)),
    objects: content.objects.filter((item) => gone.has(item)),
    results: content.results.filter((item) => gone.has(item)),
  };
}

/** Sum of the bytes of what a cache holds. */
export function bytesOf(items: readonly { readonly bytes: number }[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0);
}
