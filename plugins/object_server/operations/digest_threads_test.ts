import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { DigestThreads, type RunningDigests } from "./digest_threads.ts";

const bytesOf = (size: number, seed: number) =>
  Uint8Array.from({ length: size }, (_, i) => (i * seed + (i >> 12)) & 255);

type Hex = { readonly md5?: string; readonly sha256?: string };

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** What they are to be. */
const expected = (bytes: Uint8Array): Hex => ({
  md5: createHash("md5").update(bytes).digest("hex"),
  sha256: createHash("sha256").update(bytes).digest("hex"),
});

/** The digests of bytes that come in pieces of a buffer that is used again. */
async function digestsOf(running: RunningDigests, bytes: Uint8Array, step: number): Promise<Hex> {
  const buffer = new Uint8Array(step);
  for (let at = 0; at < bytes.length; at += step) {
    const piece = bytes.subarray(at, at + step);
    buffer.set(piece);
    await running.update(buffer.subarray(0, piece.length));
  }
  const { md5, sha256 } = await running.finish();
  return { ...(md5 && { md5: hex(md5) }), ...(sha256 && { sha256: hex(sha256) }) };
}

Deno.test("digests are those of the bytes, in pieces of any size, of many bodies at once", async () => {
  const threads = new DigestThreads();
  try {
    const steps = [1000, 65_536, 262_144, 262_145, 3_000_000];
    // Twice, so that memory is used again.
    for (let round = 0; round < 2; round++) {
      await Promise.all(steps.map(async (step, i) => {
        const bytes = bytesOf(2_500_000 + i, i + round + 3);
        assert.deepEqual(await digestsOf(threads.begin(["md5", "sha256"])!, bytes, step), expected(bytes));
      }));
    }
  } finally {
    threads.close();
  }
});

Deno.test("there is a bound on bodies at once, and one that is given up makes room", () => {
  const threads = new DigestThreads();
  try {
    const begun: RunningDigests[] = [];
    for (let next; (next = threads.begin(["md5", "sha256"])) !== undefined;) begun.push(next);
    assert(begun.length > 1);
    begun[0]!.drop();
    begun[0]!.drop();
    assert(threads.begin(["md5", "sha256"]) !== undefined);
    assert.equal(threads.begin(["md5", "sha256"]), undefined);
  } finally {
    threads.close();
  }
});

Deno.test("a body that was given up changes nothing of the one that gets its memory", async () => {
  const threads = new DigestThreads();
  try {
    const dropped = threads.begin(["md5", "sha256"])!;
    await dropped.update(bytesOf(900_000, 7));
    dropped.drop();
    const bytes = bytesOf(1_200_000, 11);
    assert.deepEqual(await digestsOf(threads.begin(["sha256"])!, bytes, 100_000), {
      sha256: expected(bytes).sha256,
    });
  } finally {
    threads.close();
  }
});

Deno.test("what is under way when the threads end fails, and does not wait for ever", async () => {
  const threads = new DigestThreads();
  const running = threads.begin(["md5", "sha256"])!;
  const taken = running.update(bytesOf(4_000_000, 5));
  threads.close();
  await assert.rejects(taken, /has ended/);
  await assert.rejects(running.finish(), /has ended/);
});
