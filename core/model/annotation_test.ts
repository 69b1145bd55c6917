import assert from "node:assert/strict";
import fc from "fast-check";
import {
  annotatedRun,
  annotatedVersion,
  instantAfter,
  type RunAnnotation,
  type VersionAnnotation,
} from "./annotation.ts";
import type { RunId } from "./run_id.ts";

const SAID = {
  schema: "aero/run-annotation@1",
  run: "k".repeat(16) as RunId,
  by: "ada",
  host: "desk",
} as const;
const run = (at: number, changes: Partial<RunAnnotation>): RunAnnotation => ({ ...SAID, at, ...changes });
const version = (at: number, changes: Partial<VersionAnnotation>): VersionAnnotation => ({
  schema: "aero/version-annotation@1",
  project: "bikes",
  artifact: "model",
  number: 3,
  by: "ada",
  host: "desk",
  at,
  ...changes,
});

Deno.test("of each tag and of the note the newest annotation says, in whatever order they come", () => {
  const said = [
    run(3, { untagged: ["paper"] }),
    run(1, { tagged: ["paper", "best"], note: "first" }),
    run(2, { untagged: ["baseline"], note: "second" }),
  ];

  assert.deepEqual(annotatedRun({ tags: ["baseline", "smoke"], note: "zero" }, said), {
    tags: ["smoke", "best"],
    note: "second",
  });
});

Deno.test("an empty note takes the note away, and no note leaves it", () => {
  assert.deepEqual(annotatedRun({ tags: [], note: "a" }, [run(1, { note: "" })]), { tags: [] });
  assert.deepEqual(annotatedRun({ tags: [], note: "a" }, [run(1, { tagged: ["b"] })]), {
    tags: ["b"],
    note: "a",
  });
});

const ANNOTATION = fc.record({
  at: fc.nat(3),
  tagged: fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 2 }),
  untagged: fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 2 }),
  note: fc.constantFrom("", "x", "y"),
}).map(({ at, ...changes }) => run(at, changes));

Deno.test("annotations give the same in any order, and when they are applied again to what they gave", () => {
  fc.assert(fc.property(fc.array(ANNOTATION, { maxLength: 6 }), fc.nat(6), (said, cut) => {
    const start = { tags: ["a", "z"], note: "start" };
    const whole = annotatedRun(start, said);
    const sorted = { ...whole, tags: whole.tags.toSorted() };
    const again = annotatedRun(annotatedRun(start, said.slice(0, cut)), said);

    assert.deepEqual(annotatedRun(start, said.toReversed()), whole);
    assert.deepEqual({ ...again, tags: again.tags.toSorted() }, sorted);
  }));
});

Deno.test("of each field of metadata the newest annotation says", () => {
  const said = [
    version(2, { removed: ["source"], metadata: { license: "CC0-1.0" } }),
    version(1, { metadata: { license: "MIT", source: "web", size: [1] }, note: "n" }),
  ];

  assert.deepEqual(annotatedVersion({ kept: true, license: "none" }, said), {
    metadata: { kept: true, license: "CC0-1.0", size: [1] },
    note: "n",
  });
  assert.deepEqual(annotatedVersion(undefined, [...said, version(3, { note: "" })]), {
    metadata: { license: "CC0-1.0", size: [1] },
  });
  assert.deepEqual(annotatedVersion(undefined, []), { metadata: {} });
});

Deno.test("a clock that is behind makes no annotation older than those that are known", () => {
  assert.equal(instantAfter([{ at: 50 }, { at: 70 }], 10), 71);
  assert.equal(instantAfter([{ at: 50 }], 100), 100);
});
