import assert from "node:assert/strict";
import { sinkOf } from "./deno_io.ts";

Deno.test("a sink writes all in order, also to a stream that takes little at a time", async () => {
  const taken: number[] = [];
  const sink = sinkOf({
    write: async (bytes) => {
      await Promise.resolve();
      taken.push(...bytes.subarray(0, 3));
      return Math.min(3, bytes.length);
    },
  });

  sink.write("hello ");
  const bytes = new TextEncoder().encode("world");
  sink.write(bytes);
  bytes.fill(0);
  await sink.flush();
  sink.write("!");
  await sink.flush();

  assert.equal(new TextDecoder().decode(new Uint8Array(taken)), "hello world!");
});

Deno.test("a sink tells on flush that its reader has gone, and drops the rest", async () => {
  let calls = 0;
  const sink = sinkOf({
    write: () => {
      calls++;
      return Promise.reject(new Deno.errors.BrokenPipe("gone"));
    },
  });
  sink.write("a");
  await assert.rejects(sink.flush(), Deno.errors.BrokenPipe);
  sink.write("b");
  await assert.rejects(sink.flush(), Deno.errors.BrokenPipe);

  assert.equal(calls, 1);
});

Deno.test("what is written at any moment leaves in order, and none of it stays behind", async () => {
  for (let gap = 0; gap < 20; gap++) {
    let left = "";
    const sink = sinkOf({
      write: (bytes) => {
        left += new TextDecoder().decode(bytes);
        return Promise.resolve(bytes.length);
      },
    });

    sink.write("a");
    for (let turn = 0; turn < gap; turn++) await Promise.resolve();
    sink.write("b");
    await sink.flush();

    assert.equal(left, "ab", `with ${gap} turns between`);
  }
});
