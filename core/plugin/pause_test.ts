import assert from "node:assert/strict";
import { pause } from "./pause.ts";

const HOUR_MS = 3_600_000;
const STOP = new DOMException("stop", "AbortError");

Deno.test("a pause ends by itself", async () => {
  await pause(0);
  await pause(0, new AbortController().signal);
});

Deno.test("an abort ends a pause, be it before it or in it, and leaves no timer", async () => {
  const abort = new AbortController();
  const paused = pause(HOUR_MS, abort.signal);

  abort.abort(STOP);

  await assert.rejects(paused, STOP);
  await assert.rejects(pause(HOUR_MS, abort.signal), STOP);
});
