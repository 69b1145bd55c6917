import assert from "node:assert/strict";
import { SharedWork } from "./shared_work.ts";

/** Work that ends when it is told to. */
function controlled() {
  const passes: { signal: AbortSignal; done: PromiseWithResolvers<string> }[] = [];
  const work = new SharedWork((signal) => {
    const done = Promise.withResolvers<string>();
    signal.addEventListener("abort", () => done.reject(signal.reason));
    passes.push({ signal, done });
    return done.promise;
  });
  return { work, passes };
}

const STOP = new DOMException("stop", "AbortError");

Deno.test("the abort of who came first ends the wait of nobody else", async () => {
  const { work, passes } = controlled();
  const abort = new AbortController();
  const first = work.result(abort.signal), second = work.result();

  abort.abort(STOP);
  await assert.rejects(first, STOP);
  passes[0]!.done.resolve("done");

  assert.equal(await second, "done");
  assert.equal(passes.length, 1);
});

Deno.test("work that nobody waits for any more is ended, and is begun anew when it is wanted", async () => {
  const { work, passes } = controlled();
  const abort = new AbortController();
  const only = work.result(abort.signal);

  abort.abort(STOP);
  await assert.rejects(only, STOP);
  const again = work.result();
  passes[1]!.done.resolve("again");

  assert.ok(passes[0]!.signal.aborted);
  assert.equal(await again, "again");
  assert.equal(await work.result(), "again");
  assert.equal(passes.length, 2);
});

Deno.test("all who wait are told of a failure, and the next tries again", async () => {
  const { work, passes } = controlled();
  const waiting = [work.result(), work.result()];

  passes[0]!.done.reject(new RangeError("gone"));
  const outcomes = await Promise.allSettled(waiting);
  const again = work.result();
  passes[1]!.done.resolve("well");

  assert.deepEqual(outcomes.map(({ status }) => status), ["rejected", "rejected"]);
  assert.equal(await again, "well");
});
