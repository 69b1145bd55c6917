import assert from "node:assert/strict";
import fc from "fast-check";
import { parseField, parseFilter, type SearchField } from "./search_filter.ts";
import { parseSortKey, sorted } from "./sort_order.ts";

const RUN: Readonly<Record<string, readonly (string | number)[]>> = {
  "metric loss": [0.5],
  "metric a/b c": [2],
  "param lr": ["0.1"],
  "tag mlflow.parentRunId": ["abc"],
  "attribute status": ["FINISHED"],
  "attribute start_time": [1000],
  "dataset name": ["train", "test"],
};

function values({ kind, key }: SearchField): readonly (string | number)[] {
  return RUN[`${kind} ${key}`] ?? [];
}

const FOUND = [
  "",
  "metrics.loss < 0.6",
  "metrics.loss = 0.5 AND params.lr = '0.1' and status = 'FINISHED'",
  "metrics.`a/b c` >= 2",
  "metrics.'a/b c' > 1.5",
  "tags.mlflow.parentRunId = 'abc'",
  "tags.\"mlflow.parentRunId\" != 'x'",
  "attributes.status LIKE 'FIN%' AND status ILIKE '%nish__'",
  "run.start_time >= 1000",
  "attributes.status IN ('RUNNING', 'FINISHED')",
  "status NOT IN ('RUNNING')",
  "datasets.name = 'test'",
  "params.depth IS NULL AND params.lr IS NOT NULL",
  "params.lr='0.1'",
];

for (const text of FOUND) {
  Deno.test(`a run is found by ${JSON.stringify(text)}`, () => assert.ok(parseFilter(text)(values)));
}

for (
  const text of [
    "metrics.loss > 0.5",
    "params.lr = '0.2'",
    "params.depth = '3'",
    "params.depth != '3'",
    "status = 'finished'",
    "status LIKE 'FIN'",
    "metrics.loss = 0.5 AND params.lr = '0.2'",
    "params.lr IS NULL",
  ]
) {
  Deno.test(`a run is not found by ${JSON.stringify(text)}`, () => assert.ok(!parseFilter(text)(values)));
}

for (
  const text of [
    "loss <",
    "metrics.loss",
    "metrics.loss << 1",
    "colour.red = '1'",
    "constructor.name = '1'",
    "params.lr = 0.1 OR params.lr = 0.2",
    "status IN ('a'",
    "status = 'a",
    "status IS 3",
    "AND",
    "= 3",
  ]
) {
  Deno.test(`the filter ${JSON.stringify(text)} is refused`, () => {
    assert.throws(() => parseFilter(text), { name: "Refusal", errorCode: "INVALID_PARAMETER_VALUE" });
  });
}

Deno.test("a filter is read or refused, whatever it is", () => {
  const word = fc.constantFrom(
    "metrics.",
    "a",
    "=",
    "<",
    "'",
    '"',
    "`",
    "(",
    ")",
    ",",
    "AND",
    "NOT",
    "IS",
    " ",
    "%",
    "1",
  );
  fc.assert(fc.property(fc.array(fc.oneof(word, fc.string())), (words) => {
    try {
      parseFilter(words.join(""))(values);
    } catch (error) {
      assert.equal((error as Error).name, "Refusal");
    }
  }));
});

Deno.test("LIKE takes no longer for a pattern of many signs", () => {
  const filter = parseFilter(`status LIKE '${"%a".repeat(5000)}b'`);

  assert.ok(!filter(() => ["a".repeat(20_000)]));
});

Deno.test("sorted() keeps equal ones in their order, and puts those without a value last either way", () => {
  const items = [{ id: 1, loss: 2 }, { id: 2 }, { id: 3, loss: NaN }, { id: 4, loss: 1 }, { id: 5, loss: 2 }];
  const order = (text: string) =>
    sorted(items, [parseSortKey(text)], ({ loss }) => () => loss === undefined ? [] : [loss]).map(({ id }) =>
      id
    );

  assert.deepEqual(order("metrics.loss"), [4, 1, 5, 2, 3]);
  assert.deepEqual(order("metrics.`loss` DESC"), [1, 5, 4, 2, 3]);
  assert.deepEqual(parseField("metrics.`a b`"), { kind: "metric", key: "a b" });
});
