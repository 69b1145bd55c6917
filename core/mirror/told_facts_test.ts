import assert from "node:assert/strict";
import { sampleRunStart, sampleVersion } from "../../tests/support/sample_run.ts";
import type { RunStart } from "../model/run.ts";
import { ToldFacts } from "./told_facts.ts";

const PARAMS = { seed: 7, model: { learning_rate: 0.1 } };

function told(start: Partial<RunStart> = {}): ToldFacts {
  return new ToldFacts({ ...sampleRunStart(), tags: ["baseline"], note: "own", ...start }, {
    ...sampleVersion(),
    params: PARAMS,
  });
}

Deno.test("what a program logs is told as it said it, with what its tags were before", () => {
  const facts = told();
  const first = { params: { batch: 32 }, tags: { owner: "mira", x: "1" }, inputs: [{ name: "counts" }] };
  const second = { params: { batch: 64 }, tags: { owner: null } };

  assert.deepEqual(facts.take(first), { facts: first, tagsBefore: {} });
  assert.deepEqual(facts.take(second), { facts: second, tagsBefore: { owner: "mira" } });
  assert.deepEqual(facts.take({ tags: { owner: "kai", x: "2" } })?.tagsBefore, { x: "1" });
});

Deno.test("of a tag that was given another name, what it was before has that name too", () => {
  const facts = told();
  facts.take({ tags: { baseline: "no" } });

  assert.deepEqual(facts.take({ tags: { baseline: "never" } }), {
    facts: { tags: { "logged.baseline": "never" } },
    tagsBefore: { "logged.baseline": "no" },
  });
});

Deno.test("what is told of facts grows with these facts, and not with all that were logged", () => {
  const facts = told();
  for (let i = 0; i < 100; i++) facts.take({ params: { [`p${i}`]: i }, tags: { [`t${i}`]: "1" } });

  assert.deepEqual(facts.take({ tags: { t7: "2" } }), {
    facts: { tags: { t7: "2" } },
    tagsBefore: { t7: "1" },
  });
});

Deno.test("params of the version are not told again, and others of their names get one of their own", () => {
  const facts = told();

  assert.equal(facts.take({ params: { seed: "7", "model.learning_rate": "0.1" } }), undefined);
  assert.deepEqual(facts.take({ params: { seed: 8, "model.learning_rate": "0.1", batch: 1 } })?.facts, {
    params: { "logged.seed": 8, batch: 1 },
  });
});

Deno.test("a name that was given stays, also if the value becomes that of the version", () => {
  const facts = told();
  facts.take({ params: { seed: 8 } });

  assert.deepEqual(facts.take({ params: { seed: 7 } })?.facts, { params: { "logged.seed": 7 } });
});

Deno.test("a program neither takes the run's own tags away nor changes them", () => {
  const facts = told();

  assert.equal(facts.take({ tags: { baseline: null, never: null } }), undefined);
  assert.equal(facts.take({ tags: { baseline: "true" } }), undefined);
  assert.equal(facts.take({ tags: { baseline: "" } }), undefined);
  assert.deepEqual(facts.take({ tags: { baseline: "no" } })?.facts, { tags: { "logged.baseline": "no" } });
  assert.deepEqual(facts.take({ tags: { baseline: null } })?.facts, { tags: { "logged.baseline": null } });
});

Deno.test("a tag that a person gave as a word with a value is not told again", () => {
  const facts = told({ tags: ["owner=mira"] });

  assert.equal(facts.take({ tags: { owner: "mira" } }), undefined);
  assert.deepEqual(facts.take({ tags: { owner: "kai" } })?.facts, { tags: { owner: "kai" } });
});

Deno.test("a program's note stands below the run's own", () => {
  const facts = told();

  assert.equal(facts.take({ note: "said" })?.facts.note, "own\n\nsaid");
  assert.equal(facts.take({ note: "own, and more" })?.facts.note, "own, and more");
  assert.equal(facts.take({ note: "" })?.facts.note, "own");
});

Deno.test("without a note of the run the program's is the note", () => {
  const { note: _, ...start } = sampleRunStart();
  const facts = new ToldFacts(start, sampleVersion());

  assert.equal(facts.take({ note: "said" })?.facts.note, "said");
  assert.equal(facts.take({ note: "" })?.facts.note, "");
});

Deno.test("empty facts are not told", () => {
  assert.equal(told().take({ params: {}, tags: {}, inputs: [] }), undefined);
});
