import assert from "node:assert/strict";
import { trackerContract } from "../../core/plugin/conformance/tracker.ts";
import { WandbServer } from "../support/wandb_server/server.ts";
import { wandbSubject } from "../support/wandb_server/subject.ts";

Deno.test("wandb meets the tracker contract, and a strict server refuses nothing of it", async (t) => {
  await using server = new WandbServer();
  const subject = await wandbSubject(server);
  await using _tracker = subject.tracker;
  for (const clause of trackerContract) {
    const why = clause.skip?.(subject);
    const step = why === undefined ? clause.name : `${clause.name} (skipped: ${why})`;
    await t.step({ name: step, ignore: why !== undefined, fn: () => clause.run(subject) });
  }
  // With the key that allows nothing it is refused, as it should be.
  assert.deepEqual(server.refused.filter((line) => !line.includes("not logged in")), []);
});
