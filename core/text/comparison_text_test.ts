import assert from "node:assert/strict";
import { makeStyle } from "../cli/style.ts";
import { comparisonText } from "./comparison_text.ts";

const plain = makeStyle({ colour: false, now: () => new Date(0) });
const equal = {
  runs: ["kkkk", "mmmm"],
  stages: ["train", "train"],
  sameVersion: true,
  inputs: [],
  params: [],
  logged: [],
  environment: [],
  host: [],
  metrics: [],
  outputs: [],
} as const;

Deno.test("two equal runs differ in nothing, and the comparison says so", () => {
  assert.equal(
    comparisonText(equal, plain),
    "train kkkk → train mmmm  the same experiment version\nnothing differs",
  );
});

Deno.test("a comparison has a section for each thing that differs", () => {
  const text = comparisonText({
    ...equal,
    sameVersion: false,
    code: { commits: ["a".repeat(40), "b".repeat(40)], files: [{ path: "train.py", change: "modified" }] },
    image: { images: [`sha256:${"1".repeat(64)}`, undefined] },
    params: [{ name: "depth", a: 5, b: 7 }, { name: "kind", b: "lag" }, { name: "old", a: [1] }],
    logged: [{ name: "tags.owner", a: "mira", b: "kai" }],
    command: [["python", "a b"], ["python"]],
    metrics: [
      { name: "rmse", a: 40, b: 30, absolute: -10, relative: -0.25 },
      { name: "r2", a: 0.5, b: 0.5 + 2 ** -40, absolute: 2 ** -40, relative: 2 ** -39, rounding: true },
      { name: "mae", b: "NaN" },
    ],
  }, plain);

  assert.equal(
    text,
    [
      "train kkkk → train mmmm  different experiment versions",
      "code",
      "  aaaaaaaaaaaa → bbbbbbbbbbbb  1 changed",
      "  ~ train.py",
      "image",
      "  111111111111 → the host",
      "params",
      "  ~ depth  5 → 7",
      "  + kind = lag",
      "  - old = [1]",
      "logged",
      "  ~ tags.owner  mira → kai",
      "command",
      "  - python 'a b'",
      "  + python",
      "metrics",
      "  ~ rmse  40 → 30  (-10, -25 %)",
      "  ≈ r2  0.5  (9.09495e-13: rounding)",
      "  + mae = NaN",
    ].join("\n"),
  );
});

Deno.test("a comparison says what could not be read", () => {
  const text = comparisonText({
    ...equal,
    code: { commits: ["a".repeat(40), "b".repeat(40)] },
    image: { images: [`sha256:${"1".repeat(64)}`, `sha256:${"2".repeat(64)}`] },
  }, plain);

  assert.match(text, /a commit cannot be read any more/);
  assert.match(text, /one of them has no inventory/);
});
