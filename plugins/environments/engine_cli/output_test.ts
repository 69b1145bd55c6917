import assert from "node:assert/strict";
import { Tail, within } from "./output.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("Tail keeps the last bytes of what was added", () => {
  const tail = new Tail(4);

  for (const piece of ["a", "bc", "", "def"]) tail.add(bytes(piece));
  assert.equal(tail.text(), "cdef");
  tail.add(bytes("ghijkl"));
  assert.equal(tail.text(), "ijkl");
});

Deno.test("within() says whether the promise came", async () => {
  assert.equal(await within(Promise.resolve(), 10_000), true);
  assert.equal(await within(new Promise(() => {}), 1), false);
});
