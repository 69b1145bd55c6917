import assert from "node:assert/strict";
import { TrackerPulse } from "./tracker_pulse.ts";

const LIMITS = { endMs: 2, firstMs: 4, callMs: 10 };

function pulse() {
  const clock = { now: 0 };
  return { clock, pulse: new TrackerPulse(LIMITS, () => clock.now) };
}

Deno.test("a tracker that never answered is waited for a little behind the end of a run, and no more", () => {
  const { clock, pulse: silent } = pulse();
  silent.called();

  clock.now = 100;
  assert.equal(silent.leftMs(100), 2);
  clock.now = 101;
  silent.called();
  assert.equal(silent.leftMs(100), 1);
  clock.now = 105;
  assert.equal(silent.leftMs(100), 0);
});

Deno.test("of a run that is over at once, the first answer may take somewhat longer", () => {
  const { clock, pulse: fresh } = pulse();
  fresh.called();

  clock.now = 1;
  assert.equal(fresh.leftMs(1), 3);
});

Deno.test("a tracker that has answered since the run ended is not given up for silence", () => {
  const { clock, pulse: taking } = pulse();
  taking.called();
  clock.now = 100;
  taking.answered();
  taking.called();

  clock.now = 150;
  assert.equal(taking.leftMs(100), undefined);
});

Deno.test("a call that may bring much has its time, and one that nobody answered for long has had it", () => {
  const { clock, pulse: taking } = pulse();
  taking.called();
  clock.now = 50;
  taking.answered();
  clock.now = 98;
  taking.called();

  clock.now = 100;
  assert.equal(taking.leftMs(100), 8);
  clock.now = 200;
  assert.equal(taking.leftMs(200), 2);
});
