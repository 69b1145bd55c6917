import assert from "node:assert/strict";
import { begin, logged, metrics } from "../../core/plugin/conformance/tracker_subject.ts";
import { subjectOrSkip } from "../support/must_run.ts";
import { openTestMongo, openTracker } from "../support/sacred_subject.ts";
import { ENDED_WELL, SentRun, valuesEvent } from "../support/sent_run.ts";

const EXPERIMENT = new URL("../support/sacred/experiment.py", import.meta.url).pathname;

async function openPython() {
  const python = Deno.env.get("AERO_TEST_SACRED_PYTHON");
  if (python === undefined) throw new Error("AERO_TEST_SACRED_PYTHON is not set");
  return { python, mongo: await openTestMongo() };
}

const opened = await subjectOrSkip("sacred", openPython);
const ignore = "skipped" in opened;

Deno.test({
  name: "the Sacred library goes on behind runs of aero, and its runs are read like aero's own",
  ignore,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    if ("skipped" in opened) return;
    const { python, mongo: { uri, database } } = opened.subject;
    await using _mongo = opened.subject.mongo;
    await using tracker = await openTracker(uri, database);
    const ours = new SentRun([valuesEvent("loss", [3, 2, 1]), ENDED_WELL], { stdout: "hello\n" });

    await ours.send(tracker);
    const { success, stdout, stderr } = await new Deno.Command(python, {
      args: ["-W", "ignore", EXPERIMENT, uri, database],
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assert.ok(success, text(stderr));
    const later = new SentRun([ENDED_WELL]);
    await later.send(tracker);

    assert.equal(text(stdout).trim().split("\n").at(-1), "2");
    const listed = await Array.fromAsync(tracker.list());
    assert.deepEqual(listed.map(({ id, aero }) => [id, aero?.run]), [["3", later.run], ["2", undefined], [
      "1",
      ours.run,
    ]]);
    const theirs = await tracker.find("2");
    assert.equal(theirs.state, "succeeded");
    assert.equal(theirs.group, "bikes");
    assert.deepEqual(theirs.params, { depth: 6, layers: [64, 32], seed: 7, tags: ["from-python"] });
    assert.deepEqual(theirs.tags, { "from-python": true });
    const points = await Array.fromAsync(tracker.points("2"));
    assert.equal(points.length, 101);
    assert.deepEqual(
      points.filter(({ name }) => name === "loss").map(({ step, value }) => [step, value]).slice(0, 2),
      [
        [0, 1],
        [1, 0.5],
      ],
    );
    assert.ok(Number.isNaN(points.find(({ name }) => name === "counted")!.value));
    const files = await Array.fromAsync(tracker.files("2"));
    assert.deepEqual(files.map(({ path }) => path), ["model.txt", "sources/experiment.py"]);
    assert.equal(await new Response(await tracker.readFile("2", "model.txt")).text(), "a model");
    assert.match((await Array.fromAsync(tracker.text!("2"))).join(""), /trained to depth 6\n/);
    assert.equal(await tracker.versionDocument("2"), undefined);
  },
});

Deno.test({
  name: "tags that people set in Omniboard while a run goes on stay, whatever its program logs",
  ignore,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using mongo = await openTestMongo();
    await using tracker = await openTracker(mongo.uri, mongo.database);
    const runs = mongo.client.db(mongo.database).collection("runs");
    const run = await begin(tracker, { tags: ["baseline"] });
    const first = { tags: { owner: "mira" }, params: { lr: 0.1 } };
    await run.send({ events: [logged(first)] });

    await runs.updateOne({}, { $push: { "omniboard.tags": "by-hand" as never } });
    await run.send({ events: [logged({ tags: { owner: "kai" } }, first), metrics("loss", [1])] });

    const { omniboard, config } = (await runs.findOne())!;
    assert.deepEqual([...omniboard.tags].sort(), ["baseline", "by-hand", "owner=kai"]);
    assert.deepEqual(config, { depth: 5, rate: 0.1, lr: 0.1 });
  },
});

Deno.test({
  name: "a program's tags take the place of what is no list of tags",
  ignore,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using mongo = await openTestMongo();
    await using tracker = await openTracker(mongo.uri, mongo.database);
    const runs = mongo.client.db(mongo.database).collection("runs");
    const run = await begin(tracker, { tags: ["baseline"] });
    await runs.updateOne({}, { $set: { "omniboard.tags": null } });

    await run.send({ events: [logged({ tags: { owner: "mira" } })] });

    assert.deepEqual((await runs.findOne())!.omniboard.tags, ["owner=mira"]);
  },
});
