import assert from "node:assert/strict";
import { BSON } from "mongodb";
import { sampleStart } from "../../core/plugin/conformance/tracker_samples.ts";
import { NOTHING_SENT, type Tracker, TrackerError } from "../../core/plugin/tracker.ts";
import { MOST_POINTS } from "../../plugins/trackers/sacred/metric_writer.ts";
import { subjectOrSkip } from "../support/must_run.ts";
import { openTestMongo, openTracker, type TestMongo } from "../support/sacred_subject.ts";
import { ENDED_WELL, SentRun, valuesEvent } from "../support/sent_run.ts";
import { seededRandom } from "../support/seeded_random.ts";
import { TcpGate } from "../support/tcp_gate.ts";

const RUNS = 5;
const VALUES = Array.from({ length: 4000 }, (_, i) => i / 8);
const TEXT = Array.from({ length: 9000 }, (_, i) => `line ${i} µ of what the program printed\n`).join("");

const opened = await subjectOrSkip("mongo", openTestMongo);
const options = { ignore: "skipped" in opened, sanitizeOps: false, sanitizeResources: false } as const;

Deno.test.afterAll(async () => {
  if (!("skipped" in opened)) await opened.subject[Symbol.asyncDispose]();
});

function sampleRun(): SentRun {
  const pieces = Array.from(
    { length: 8 },
    (_, i) => valuesEvent("loss", VALUES.slice(i * 500, i * 500 + 500), i * 500),
  );
  return new SentRun([...pieces, valuesEvent("other", [1, 2, 3]), ENDED_WELL], { stdout: TEXT });
}

async function mustBeThereOnce({ client, database, uri }: TestMongo, run: SentRun): Promise<void> {
  const found = await client.db(database).collection("runs").find({ "info.aero.run": run.run }).toArray();
  assert.equal(found.length, 1, "the run must be there once");
  const [document] = found;
  await using tracker = await openTracker(uri, database);
  const id = String(document!._id);
  const points = await Array.fromAsync(tracker.points(id));
  assert.deepEqual(points.filter(({ name }) => name === "loss").map(({ value }) => value), VALUES);
  assert.deepEqual(points.filter(({ name }) => name === "other").map(({ value }) => value), [1, 2, 3]);
  assert.equal(await new Response(await tracker.readFile(id, "stdout.log")).text(), TEXT);
  assert.deepEqual(document!.info.metrics.map(({ name }: { name: string }) => name).sort(), [
    "loss",
    "other",
  ]);
  assert.deepEqual(document!.artifacts.map(({ name }: { name: string }) => name), [
    "experiment-version.json",
    "stdout.log",
  ]);
  assert.equal(document!.status, "COMPLETED");
}

Deno.test({
  ...options,
  name: "runs that are sent while the server comes and goes are there once, whole",
  fn: async () => {
    if ("skipped" in opened) return;
    const mongo = opened.subject;
    const address = new URL(mongo.uri);
    await using gate = new TcpGate({ hostname: address.hostname, port: Number(address.port) });
    address.host = `127.0.0.1:${gate.port}`;
    // Told by the address, so that an attempt that fails does so soon.
    address.searchParams.set("serverSelectionTimeoutMS", "300");
    const random = seededRandom(7);
    const runs = Array.from({ length: RUNS }, sampleRun);
    let interrupted = 0, over = false;
    const breaking = (async () => {
      while (!over) {
        await new Promise((resolve) => setTimeout(resolve, 5 + random() * 60));
        await gate.shut();
        gate.reopen();
      }
    })();

    for (const [i, run] of runs.entries()) {
      // Each run is left alone in the end, as a machine that was away for a while comes back.
      for (let attempt = 0;; attempt++) {
        if (i === RUNS - 1 && attempt > 5) over = true;
        const uri = attempt > 5 ? mongo.uri : address.href;
        await using tracker = await openTracker(uri, mongo.database);
        try {
          await run.send(tracker, { attempts: 1 });
          break;
        } catch (error) {
          assert.ok(error instanceof TrackerError && error.retryable, String(error));
          interrupted++;
        }
      }
    }
    over = true;
    await breaking;

    assert.ok(interrupted > 0, "nothing was interrupted");
    for (const run of runs) await mustBeThereOnce(mongo, run);
  },
});

Deno.test({
  ...options,
  name: "a run that three machines send at once is there once, whole",
  fn: async () => {
    if ("skipped" in opened) return;
    const mongo = opened.subject;
    for (let round = 0; round < 2; round++) {
      const run = sampleRun();

      await Promise.all([0, 1, 2].map(async () => {
        await using tracker = await openTracker(mongo.uri, mongo.database);
        await run.send(tracker);
      }));

      await mustBeThereOnce(mongo, run);
    }
  },
});

Deno.test({
  ...options,
  name: "a metric of more points than a document holds goes on in further documents, however it is sent",
  fn: async () => {
    if ("skipped" in opened) return;
    const mongo = opened.subject;
    const values = Array.from({ length: 71_000 }, (_, i) => i);
    const run = new SentRun([
      { event: "metrics", at: 1, points: values.map((value) => ({ at: value, values: { loss: value } })) },
      ENDED_WELL,
    ]);

    for (const [most, calls] of [[2000, 7], [15_000, 3], [60_000, Infinity]] as const) {
      await using tracker = await openTracker(mongo.uri, mongo.database);
      Object.assign(tracker.capabilities, { maxPointsPerBatch: most });
      const sent = run.send(loseAnswers(tracker, calls), { attempts: 2 });
      if (calls === Infinity) assert.equal(await sent, true);
      else await assert.rejects(sent, TrackerError);
    }

    await using tracker = await openTracker(mongo.uri, mongo.database);
    const [found] = await Array.fromAsync(tracker.list({ limit: 1 }));
    const documents = await mongo.client.db(mongo.database).collection("metrics")
      .find({ "run_id": Number(found!.id) }).toArray();
    const names = documents.map(({ name }) => name as string).sort();
    assert.ok(names.length > 1 && names.length < 5, `${names}`);
    assert.deepEqual(names, ["loss", ...names.slice(1).map((_, i) => `loss (${i + 2})`)]);
    assert.ok(documents.every(({ values }) => values.length <= MOST_POINTS));
    const points = await Array.fromAsync(tracker.points(found!.id));
    assert.deepEqual(points.map(({ value }) => value), values);
    assert.ok(points.every(({ step, name }) => step === undefined && name === "loss"));
  },
});

Deno.test({
  ...options,
  name: "a number that somebody else took is given up for the next one",
  fn: async () => {
    if ("skipped" in opened) return;
    const mongo = opened.subject;
    const runs = mongo.client.db(mongo.database).collection<{ _id: number }>("runs");
    const claims = mongo.client.db(mongo.database).collection<{ _id: string; number: number }>("aero_runs");
    await runs.insertOne({ _id: 1000 });
    const run = new SentRun([ENDED_WELL]);
    await claims.insertOne({ _id: run.run, number: 1000 });
    await using tracker = await openTracker(mongo.uri, mongo.database);

    await run.send(tracker);

    const [found] = await Array.fromAsync(tracker.list({ limit: 1 }));
    assert.equal(found!.id, "1001");
    assert.equal(found!.aero?.run, run.run);
  },
});

Deno.test({
  ...options,
  name: "a run with far too much of everything stays below what a document may have, and nothing of it fails",
  fn: async () => {
    if ("skipped" in opened) return;
    const mongo = opened.subject;
    await using tracker = await openTracker(mongo.uri, mongo.database);
    const params = Object.fromEntries(
      Array.from({ length: 100_000 }, (_, i) => [`name ${i}`, "x".repeat(50)]),
    );
    const { run, event } = sampleStart({
      params,
      note: "y".repeat(2_000_000),
      tags: Array(5000).fill("tag"),
    });
    const text = `${"z".repeat(99)}\n`.repeat(10_000);

    await tracker.send(run, NOTHING_SENT, { events: [event], stdout: "", stderr: "" });
    for (let i = 0; i < 3; i++) {
      const from = { events: 1, stdout: i * text.length, stderr: 0 };
      await tracker.send(run, from, { events: [], stdout: text, stderr: "" });
    }

    const document = await mongo.client.db(mongo.database).collection("runs").findOne({
      "info.aero.run": run,
    });
    assert.ok(BSON.calculateObjectSize(document!) < 8 * 2 ** 20);
    assert.match(document!.captured_out, /^\[… 2\d{6} bytes cut/);
    assert.match(document!.omniboard.notes, /1900000 characters cut\]$/);
    assert.equal(document!.config["[cut]"], "99000 entries");
    const id = String(document!._id);
    const whole = await tracker.versionDocument(id);
    assert.equal(Object.keys(JSON.parse(whole!).params).length, 100_000);
  },
});

/** A tracker that takes everything, tells of every second call only that it failed, and in the end of all of them. */
function loseAnswers(tracker: Tracker, calls: number): Tracker {
  let call = 0;
  const send: Tracker["send"] = async (...batch) => {
    await tracker.send(...batch);
    if (++call % 2 === 0 || call > calls) throw new TrackerError("tracker_unavailable", { what: "Lost" });
  };
  return new Proxy(tracker, {
    get: (target, name) => {
      if (name === "send") return send;
      const member = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
