import fc from "fast-check";
import assert from "node:assert/strict";
import { AeroError } from "../../core/errors.ts";
import { parseSort, sortRuns } from "../../core/history/sort.ts";
import { parseWhere } from "../../core/history/where.ts";
import { propertyRun } from "../support/property_seed.ts";
import { sampleSummary } from "../support/sample_run.ts";

const RUN = propertyRun(500);
const NOW = 1_767_300_000_000;
const SUMMARY = sampleSummary();

const piece = fc.constantFrom(
  ...[
    "and",
    "or",
    "not",
    "in",
    "is",
    "null",
    "(",
    ")",
    ",",
    "=",
    "!=",
    "<",
    ">=",
    "~",
    '"a b"',
    "'",
    "3",
    "2d",
  ],
  ...[
    "metrics.rmse",
    "params.seed",
    "params.",
    "tag",
    "state",
    "started",
    "duration",
    "commit",
    "2026-01-31",
    "nan",
  ],
);

Deno.test("a filter of noise is refused or answers", () => {
  const noise = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(" ")),
  );
  fc.assert(
    fc.property(noise, (text) => {
      try {
        assert.equal(typeof parseWhere(text).holds(SUMMARY, NOW), "boolean");
      } catch (error) {
        if (!(error instanceof AeroError)) throw error;
      }
    }),
    RUN,
  );
});

const comparison = fc.tuple(
  fc.constantFrom(
    "metrics.rmse",
    "params.seed",
    "params.features",
    "stage",
    "tag",
    "started",
    "duration",
    "metrics.no",
  ),
  fc.constantFrom("=", "!=", "<", "<=", ">", ">="),
  fc.constantFrom("1", "7", "41.25", "2d", "90s"),
).map((parts) => parts.join(" "));

Deno.test("not, and, or keep the laws of logic", () => {
  const holds = (text: string) => parseWhere(text).holds(SUMMARY, NOW);
  fc.assert(
    fc.property(comparison.filter(isReadable), comparison.filter(isReadable), (a, b) => {
      assert.equal(holds(`not (${a} and ${b})`), holds(`not ${a} or not ${b}`));
      assert.equal(holds(`${a} and ${b}`), holds(a) && holds(b));
      assert.equal(holds(`${a} or ${b}`), holds(`(${b}) or (${a})`));
    }),
    RUN,
  );
});

function isReadable(text: string): boolean {
  return !/^started .* (?:1|7|41\.25)$/.test(text);
}

Deno.test("sorting keeps every run, and sorting again changes nothing", () => {
  const metric = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant("NaN" as const));
  const runs = fc.array(fc.dictionary(fc.constantFrom("a", "b"), metric)).map((all) =>
    all.map((metrics) => sampleSummary({ metrics }))
  );
  const sort = fc.constantFrom("metrics.a", "-metrics.a,metrics.b", "started").map(parseSort);
  fc.assert(
    fc.property(runs, sort, (all, by) => {
      const once = sortRuns(all, by, NOW);
      assert.equal(new Set(once).size, all.length);
      assert.deepEqual(sortRuns(once, by, NOW), once);
    }),
    { ...RUN, numRuns: 100 },
  );
});
