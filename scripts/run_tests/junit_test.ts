import assert from "node:assert/strict";
import { readJunit, skipReasons } from "./junit.ts";

const test = (name: string, body = "") =>
  `<testcase name="${name}" classname="./a_test.ts" time="0.5" line="1" col="6">${body}</testcase>\n`;

Deno.test("readJunit() reads passed, failed and skipped tests", () => {
  const xml = test("a &lt; &quot;b&quot;") + test("c", `<failure message="x">y</failure>`) +
    test("d", "<skipped/>");

  const outcomes = readJunit(xml);

  assert.deepEqual(outcomes, [
    { file: "a_test.ts", name: 'a < "b"', result: "passed", seconds: 0.5 },
    { file: "a_test.ts", name: "c", result: "failed", seconds: 0.5 },
    { file: "a_test.ts", name: "d", result: "skipped", seconds: 0.5 },
  ]);
});

Deno.test("readJunit() counts a test with steps by its steps", () => {
  const xml = test("p", `<failure message="1 test step failed">x</failure>`) + test("p &gt; one") +
    test("p &gt; two", `<failure message="x">y</failure>`);

  assert.deepEqual(readJunit(xml).map((o) => [o.name, o.result]), [["p > one", "passed"], [
    "p > two",
    "failed",
  ]]);
});

Deno.test("readJunit() keeps a failure that a test has beside its steps", () => {
  const xml = test("p", `<failure message="leak">x</failure>`) + test("p &gt; one");

  assert.deepEqual(readJunit(xml).map((o) => [o.name, o.result]), [["p", "failed"], ["p > one", "passed"]]);
});

Deno.test("skipReasons() names each reason once, coloured or not", () => {
  const output =
    "x\nSKIP podman: no engine\n\x1b[0mSKIP docker: no daemon\nSKIP podman: no engine\nnot SKIP x: y\n";

  assert.deepEqual(skipReasons(output), ["docker: no daemon", "podman: no engine"]);
});
