import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { Md5Threads, type RunningMd5 } from "./md5_threads.ts";

const bytesOf = (size: number, seed: number) =>
  Uint8Array.from({ length: size }, (_, i) => (i * seed + (i >> 12)) & 255);

/** The digest of bytes that come in pieces of a buffer that is used again. */
async function digestOf(md5: RunningMd5, bytes: Uint8Array, step: number): Promise<string> {
  const buffer = new Uint8Array(step);
  for (let at = 0; at < bytes.length; at += step) {
    const piece = bytes.subarray(at, at + step);
    buffer.set(piece);
    await md5.update(buffer.subarray(0, piece.length));
  }
  return Buffer.from(await md5.digest()).toString("hex");
}

Deno.test("a digest is that of the bytes, in pieces of any size, of many bodies at once", async () => {
  const threads = new Md5Threads();
  try {
    const steps = [1000, 65_536, 262_144, 262_145, 3_000_000];
    // Twice, so that memory is used again.
    for (let round = 0; round < 2; round++) {
      await Promise.all(steps.map(async (step, i) => {
        const bytes = bytesOf(2_500_000 + i, i + round + 3);
        const expected = createHash("md5").update(bytes).digest("hex");
        assert.equal(await digestOf(threads.begin()!, bytes, step), expected);
      }));
    }
  } finally {
    threads.close();
  }
});

Deno.test("there is a bound on bodies at once, and one that is given up makes room", () => {
  const threads = new Md5Threads();
  try {
    const begun: RunningMd5[] = [];
    for (let md5; (md5 = threads.begin()) !== undefined;) begun.push(md5);
    assert(begun.length > 1);
    begun[0]!.drop();
    begun[0]!.drop();
    assert(threads.begin() !== undefined);
    assert.equal(threads.begin(), undefined);
  } finally {
    threads.close();
  }
});

Deno.test("a body that was given up changes nothing of the one that gets its memory", async () => {
  const threads = new Md5Threads();
  try {
    const dropped = threads.begin()!;
    await dropped.update(bytesOf(900_000, 7));
    dropped.drop();
    const bytes = bytesOf(1_200_000, 11);
    const expected = createHash("md5").update(bytes).digest("hex");
    assert.equal(await digestOf(threads.begin()!, bytes, 100_000), expected);
  } finally {
    threads.close();
  }
});

Deno.test("what is under way when the threads end fails, and does not wait for ever", async () => {
  const threads = new Md5Threads();
  const md5 = threads.begin()!;
  const taken = md5.update(bytesOf(4_000_000, 5));
  threads.close();
  await assert.rejects(taken, /has ended/);
  await assert.rejects(md5.digest(), /has ended/);
});
