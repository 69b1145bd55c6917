import assert from "node:assert/strict";
import { ObjectEngineError } from "./engine_error.ts";
import { FreeSpace } from "./free_space.ts";

const MIB = 1024 * 1024;

const CASES: readonly [string, number, number, boolean][] = [
  ["a large disk with 64 MiB left", 1e6 * MIB, 64 * MIB, true],
  ["a large disk with less", 1e6 * MIB, 64 * MIB - 1, false],
  ["a small disk with 5 % left", 100 * MIB, 5 * MIB, true],
  ["a small disk with less", 100 * MIB, 5 * MIB - 1, false],
];

for (const [what, total, free, room] of CASES) {
  Deno.test(`${what} ${room ? "takes another body" : "is full"}`, async () => {
    const space = new FreeSpace("/", () => Promise.resolve({ total, free }));

    if (room) await space.assertRoom();
    else {
      await assert.rejects(
        space.assertRoom(),
        (error) => error instanceof ObjectEngineError && error.code === "full",
      );
    }
  });
}

Deno.test("a file system that does not say what is free is not held to it, and is asked once for many", async () => {
  let asked = 0;
  const space = new FreeSpace("/", () => {
    asked++;
    return Promise.reject(new Error("not supported"));
  });

  await Promise.all(Array.from({ length: 100 }, () => space.assertRoom()));

  assert.equal(asked, 1);
});
