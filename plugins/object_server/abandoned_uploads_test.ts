import assert from "node:assert/strict";
import { dropAbandonedUploads } from "./abandoned_uploads.ts";
import type { Uploads } from "./object_engine.ts";

const NOW = Date.UTC(2030, 0, 10);

/** Asks for what was left for so many days, at the start and on a second day; gives what came of it. */
async function twoDays(idleDays: number, abortIdle: Uploads["abortIdle"]) {
  const told: unknown[] = [];
  let nextDay = () => {};
  let ended = false;
  const dropping = dropAbandonedUploads({
    engine: { uploads: { abortIdle } as Uploads },
    idleDays,
    now: () => new Date(NOW),
    log: (event, fields) => void told.push([event, fields]),
    daily: (work) => {
      nextDay = work;
      return () => ended = true;
    },
  });
  nextDay();
  await dropping[Symbol.asyncDispose]();
  return { told, ended };
}

Deno.test("uploads that were left are dropped at the start and each day, and that is told", async () => {
  const asked: number[] = [];

  const { told, ended } = await twoDays(7, (before) => {
    asked.push(before);
    return Promise.resolve(asked.length === 1 ? 3 : 0);
  });

  assert.deepEqual(asked, [Date.UTC(2030, 0, 3), Date.UTC(2030, 0, 3)]);
  assert.deepEqual(told, [["uploads_dropped", { uploads: 3 }]]);
  assert.equal(ended, true);
});

Deno.test("a day on which they cannot be dropped is told, and does not end the next", async () => {
  const error = new RangeError("no");
  let asked = 0;

  const { told } = await twoDays(1, () => {
    asked++;
    return Promise.reject(error);
  });

  assert.equal(asked, 2);
  assert.deepEqual(told, [["failure", { error }], ["failure", { error }]]);
});

Deno.test("with 0 days none is dropped", async () => {
  const { told } = await twoDays(0, () => Promise.reject(new RangeError("asked")));

  assert.deepEqual(told, []);
});
