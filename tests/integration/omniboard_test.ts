import assert from "node:assert/strict";
import { subjectOrSkip } from "../support/must_run.ts";
import { Omniboard } from "../support/omniboard.ts";
import { openTestMongo, openTracker } from "../support/sacred_subject.ts";
import { ENDED_WELL, SentRun, valuesEvent } from "../support/sent_run.ts";

async function openOmniboard() {
  const mongo = await openTestMongo();
  const address = new URL(mongo.uri);
  address.pathname = `/${mongo.database}`;
  return { mongo, omniboard: await Omniboard.start(address.href) };
}

const opened = await subjectOrSkip("omniboard", openOmniboard);

Deno.test({
  name: "Omniboard shows a run of aero with its tags, note, metrics, text and files",
  ignore: "skipped" in opened,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    if ("skipped" in opened) return;
    const { mongo, omniboard } = opened.subject;
    await using _mongo = mongo;
    await using _omniboard = omniboard;
    await using tracker = await openTracker(mongo.uri, mongo.database);
    const run = new SentRun([valuesEvent("loss", [3, 2, 1]), ENDED_WELL], {
      stdout: "epoch 1\n10%\r100%\ndone µ\n",
      start: { tags: ["baseline", "paper"], note: "As in the paper" },
    });
    await run.send(tracker);

    const table = await omniboard.get("Runs?select=_id,status,experiment.name,config,omniboard,resources");
    const page = await omniboard.get("Runs/1");
    const metrics = await omniboard.get(`Metrics?query=${encodeURIComponent('{"run_id":1}')}`);

    assert.equal(table.length, 1);
    assert.equal(table[0].status, "COMPLETED");
    assert.deepEqual(table[0].omniboard, { tags: ["baseline", "paper"], notes: "As in the paper" });
    assert.deepEqual(Object.keys(table[0].config), ["features", "max_depth", "model", "seed"]);
    assert.equal(page.captured_out, "epoch 1\n100%\ndone µ\n");
    assert.match(page.experiment.repositories[0].commit, /^[0-9a-f]{40}$/);
    assert.match(page.host.docker_image_id, /^sha256:/);
    assert.deepEqual(
      metrics.map(({ name, steps, values }: Record<string, unknown>) => [name, steps, values]),
      [
        ["loss", [0, 1, 2], [3, 2, 1]],
      ],
    );
    assert.deepEqual(page.info.metrics, [{ name: "loss", id: metrics[0]._id }]);
    const { name, file_id: file } = page.artifacts.at(-1);
    assert.equal(name, "stdout.log");
    const reply = await fetch(`${omniboard.url}/api/v1/files/download/${file}/${name}`);
    assert.equal(await reply.text(), "epoch 1\n10%\r100%\ndone µ\n");
  },
});
