import assert from "node:assert/strict";
import { AnswerTooLongError, boundedText } from "./bounded_text.ts";

Deno.test("an answer is read whole, whatever its pieces", async () => {
  const bytes = new TextEncoder().encode("\ufeffé🚀".repeat(3));
  const body = ReadableStream.from([...bytes].map((byte) => new Uint8Array([byte])));

  assert.equal(
    await boundedText(new Response(body), { mostBytes: bytes.length }),
    await new Response(bytes).text(),
  );
  assert.equal(await boundedText(new Response(null)), "");
});

Deno.test("of an answer without an end no more is read than is held", async () => {
  let pulled = 0;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(1000));
    },
    cancel() {
      cancelled = true;
    },
  });

  await assert.rejects(boundedText(new Response(body), { mostBytes: 10_000 }), AnswerTooLongError);

  assert.ok(pulled < 15, String(pulled));
  assert.ok(cancelled);
});

Deno.test("an answer that stops coming is waited for until the signal aborts, whose reason comes out", async () => {
  const stop = new AbortController();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array(1)),
    pull() {
      stop.abort(new RangeError("enough"));
      return new Promise(() => {});
    },
  });

  await assert.rejects(boundedText(new Response(body), { signal: stop.signal }), /enough/);
});
