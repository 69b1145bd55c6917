/** How many values a property is tried with, and from which seed. A failure prints the seed and the path to it. */
export interface PropertyRun {
  readonly seed: number;
  readonly numRuns: number;
}

/**
 * The seed of all property tests: `AERO_TEST_SEED` if it is set, a number or `random`; else always the same, so that
 * a test that passed passes again.
 */
export function propertyRun(numRuns = 200, named = Deno.env.get("AERO_TEST_SEED")): PropertyRun {
  if (named === "random") return { seed: crypto.getRandomValues(new Int32Array(1))[0]!, numRuns };
  return { seed: named === undefined || named === "" ? 20260101 : Number(named), numRuns };
}
