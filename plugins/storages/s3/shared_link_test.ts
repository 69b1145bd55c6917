import assert from "node:assert/strict";
import { SharedLink } from "./shared_link.ts";

Deno.test("a body knows how much was under way with it at most, also when that has gone", () => {
  const link = new SharedLink();
  const first = link.begin(8);
  const second = link.begin(4);
  second[Symbol.dispose]();
  second[Symbol.dispose]();
  const third = link.begin(1);

  assert.deepEqual([first, second, third].map(({ mostBytes }) => mostBytes), [12, 12, 9]);
});
