import assert from "node:assert/strict";
import { finishing, laterSignal } from "./later_signal.ts";

/** How long a signal waits after an interrupt, and whether it aborts then. */
async function waitedMs(before: (signal: AbortSignal) => void): Promise<number> {
  const interrupt = new AbortController();
  await using closing = new AsyncDisposableStack();
  let waited = 0;
  const later = laterSignal(interrupt.signal, closing, (ms, done) => {
    waited = ms;
    done();
    return () => {};
  });
  before(interrupt.signal);
  assert.equal(later.aborted, false);
  interrupt.abort("enough");
  assert.deepEqual([later.aborted, later.reason], [true, "enough"]);
  return waited;
}

Deno.test("what need not be finished ends a second after an interrupt", async () => {
  assert.equal(await waitedMs(() => {}), 1_000);
});

Deno.test("what has to be finished has ten seconds after an interrupt, as long as it goes on", async () => {
  assert.equal(await waitedMs((signal) => finishing(signal)), 10_000);
  assert.equal(await waitedMs((signal) => finishing(signal)[Symbol.dispose]()), 1_000);
  assert.equal(await waitedMs(() => finishing(new AbortController().signal)), 1_000);
});

Deno.test("a signal that is closed does not abort any more", async () => {
  const interrupt = new AbortController();
  let isWaiting = false;
  const closing = new AsyncDisposableStack();
  const later = laterSignal(interrupt.signal, closing, () => {
    isWaiting = true;
    return () => isWaiting = false;
  });
  interrupt.abort();
  assert.equal(isWaiting, true);

  await closing.disposeAsync();

  assert.deepEqual([isWaiting, later.aborted], [false, false]);
});
