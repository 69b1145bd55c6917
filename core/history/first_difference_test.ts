import assert from "node:assert/strict";
import { firstDifference } from "./first_difference.ts";

/** A stream that gives a text in pieces of some length, and tells whether it was cancelled. */
function pieces(
  text: string,
  length: number,
): { stream: ReadableStream<Uint8Array>; cancelled: () => boolean } {
  const bytes = new TextEncoder().encode(text);
  let at = 0, cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at += length));
    },
    cancel() {
      cancelled = true;
    },
  }, { highWaterMark: 0 });
  return { stream, cancelled: () => cancelled };
}

const find = (a: string, b: string, lengthA = 3, lengthB = 5) =>
  firstDifference(pieces(a, lengthA).stream, pieces(b, lengthB).stream);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

for (const text of ["", "a", "the same text in both"]) {
  Deno.test(`equal streams of ${text.length} bytes have no difference`, async () => {
    assert.equal(await find(text, text), undefined);
  });
}

Deno.test("the first byte that differs is found with what is around it, however the bytes come", async () => {
  const head = "0123456789".repeat(10), tail = "z".repeat(100);
  for (const [x, y] of [[1, 1], [1, 64], [7, 11], [1000, 1000]] as const) {
    const found = await find(`${head}A${tail}`, `${head}B${tail}`, x, y);

    assert.equal(found?.offset, 100);
    assert.equal(found.contextOffset, 84);
    assert.equal(decode(found.a), `4567890123456789A${"z".repeat(31)}`);
    assert.equal(decode(found.b), `4567890123456789B${"z".repeat(31)}`);
  }
});

Deno.test("a stream that ends first differs where it ends", async () => {
  const found = await find("abc", "abcdef");

  assert.equal(found?.offset, 3);
  assert.equal(decode(found.a), "abc");
  assert.equal(decode(found.b), "abcdef");
});

Deno.test("both streams are cancelled once the difference is known", async () => {
  const a = pieces(`x${"a".repeat(10_000)}`, 10), b = pieces(`y${"a".repeat(10_000)}`, 10);
  await firstDifference(a.stream, b.stream);

  assert(a.cancelled() && b.cancelled());
});

Deno.test("a stream that fails fails the search, and the other is cancelled", async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new RangeError("gone")),
  });
  const other = pieces("abc", 1);

  await assert.rejects(firstDifference(broken, other.stream), RangeError);
  assert(other.cancelled());
});
