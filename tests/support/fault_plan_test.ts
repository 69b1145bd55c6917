import assert from "node:assert/strict";
import { evenRates, FaultPlan, FAULTS } from "./fault_plan.ts";

Deno.test("a plan decides the same for the same seed in whatever order requests come", () => {
  const rates = evenRates(0.5);
  const paths = Array.from({ length: 50 }, (_, i) => `/bucket/key-${i}`);
  const decide = (plan: FaultPlan, order: readonly string[]) =>
    new Map(order.map((path) => [path, plan.next("PUT", path)]));

  const forwards = decide(new FaultPlan(7, rates), paths);
  const backwards = decide(new FaultPlan(7, rates), paths.toReversed());

  assert.deepEqual(new Map([...backwards].toReversed()), forwards);
  assert.notDeepEqual(decide(new FaultPlan(8, rates), paths), forwards);
});

Deno.test("a plan lets every fault happen at about its rate", () => {
  const plan = new FaultPlan(1, evenRates(0.45));
  const counts = new Map<string | undefined, number>();
  for (let i = 0; i < 10_000; i++) {
    const name = plan.next("GET", "/bucket/key")?.name;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  for (const name of FAULTS) assert(Math.abs(counts.get(name)! - 500) < 150, `${name}: ${counts.get(name)}`);
  assert(Math.abs(counts.get(undefined)! - 5500) < 300);
});
