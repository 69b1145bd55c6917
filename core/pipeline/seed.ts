import { type Digest, digestHex } from "../model/digest.ts";
import type { Params } from "../model/params.ts";

/**
 * The seed of a run: `params.seed` if it is a whole number from 0 to 2^32 - 1 (what PYTHONHASHSEED and NumPy take),
 * else the first 32 bits of `fallback`, so that equal stage keys have equal seeds.
 */
export function seedOf(params: Params, fallback: Digest): number {
  const seed = params.seed;
  if (typeof seed === "number" && Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return seed;
  return Number.parseInt(digestHex(fallback).slice(0, 8), 16);
}
