import assert from "node:assert/strict";
import { BodyPace } from "./body_pace.ts";

const LIMITS = { bodyTimeoutMs: 60_000, leastBodyBytes: 1_000 };

Deno.test("a byte now and then does not give a client more time", () => {
  const pace = new BodyPace(LIMITS);

  for (let i = 0; i < 59; i++) pace.came(1, 1_000);
  assert.equal(pace.leftMs, 1_000);
  pace.came(1, 5_000);

  assert.equal(pace.leftMs, 0);
});

Deno.test("whoever sends enough has the whole time again", () => {
  const pace = new BodyPace(LIMITS);

  pace.came(999, 59_000);
  assert.equal(pace.leftMs, 1_000);
  pace.came(1, 900);

  assert.equal(pace.leftMs, 60_000);
});
