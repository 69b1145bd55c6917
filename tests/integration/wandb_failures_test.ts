import assert from "node:assert/strict";
import { begin, clauseRun, ended, metrics } from "../../core/plugin/conformance/tracker_subject.ts";
import { sampleStart } from "../../core/plugin/conformance/tracker_samples.ts";
import { RunTape } from "../../core/mirror/run_tape.ts";
import { sendRun } from "../../core/mirror/send_run.ts";
import { writeJournalEvent } from "../../core/format/journal_format.ts";
import type { RunId } from "../../core/model/run_id.ts";
import { NOTHING_SENT, type Tracker, TrackerError, type TrackerEvent } from "../../core/plugin/tracker.ts";
import { wandbTracker } from "../../plugins/trackers/wandb/mod.ts";
import { seededRandom } from "../support/seeded_random.ts";
import { WandbServer } from "../support/wandb_server/server.ts";
import { openWandbTracker, showRun } from "../support/wandb_server/subject.ts";

const losses = (server: WandbServer, run: RunId) =>
  (showRun(server, run).points.loss ?? []).map(({ value }) => value);

/** The code of the error that a call is rejected with. */
async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof TrackerError) return error.code;
    throw error;
  }
  return "none";
}

function bytes(text: string) {
  let left: Uint8Array<ArrayBuffer> = new TextEncoder().encode(text);
  return {
    read: () => {
      const all = left;
      left = new Uint8Array(0);
      return Promise.resolve(all);
    },
    close: () => Promise.resolve(),
  };
}

/** The journal of a run with values that share steps, go back, and are no numbers. */
function journalOf(start: TrackerEvent, count: number): string {
  if (start.kind !== "started") throw new TypeError("a start is needed");
  const { start: run, version } = start.started;
  const at = run.startedAt;
  const points = Array.from({ length: count }, (_, i) => ({
    at: at + i,
    step: [i, i, i - 1, i + 0.5][i % 4]!,
    values: { [i % 3 === 0 ? "acc" : "loss"]: i % 7 === 0 ? NaN : i },
  }));
  return [
    { event: "created", at, start: run, version } as const,
    ...points.map((point) => ({ event: "metrics", at: point.at, points: [point] }) as const),
    { event: "ended", at: at + count, state: "succeeded" } as const,
  ].map(writeJournalEvent).join("");
}

/** The tracker at a port of this machine, which waits for no answer for longer than 0.2 s. */
function openImpatient(port: number): Promise<Tracker> {
  return wandbTracker.open({
    base_url: `http://127.0.0.1:${port}`,
    project: "p",
    timeout_seconds: 0.2,
  }, {
    signal: new AbortController().signal,
    now: () => new Date(),
    variable: (name) => name === "WANDB_API_KEY" ? "x".repeat(40) : undefined,
    log: () => {},
    dataDirectory: "/nonexistent",
  });
}

Deno.test("a run arrives once, whatever answers are lost, and whichever process goes on", async () => {
  await using server = new WandbServer();
  for (let seed = 1; seed <= 6; seed++) {
    const random = seededRandom(seed);
    const { run, event } = sampleStart();
    const journal = journalOf(event, 400);
    const stdout = Array.from({ length: 300 }, (_, i) => `line ${i}\n`).join("");
    let complete = false;
    for (let process = 0; process < 400 && !complete; process++) {
      await using tracker = await openWandbTracker(server);
      await using tape = new RunTape({ journal: bytes(journal), stdout: bytes(stdout), stderr: bytes("") }, {
        storage: "memory",
        documentOf: () => "{}",
        urlOf: () => undefined,
      });
      // A third of all requests is refused before the server took it, or after.
      server.answer = () => random() < 0.15 ? new Response("later", { status: 502 }) : undefined;
      server.lose = () => random() < 0.15;
      const small = new Proxy(tracker, {
        get: (target, name) => {
          if (name === "capabilities") {
            return { ...target.capabilities, maxPointsPerBatch: 1 + Math.floor(random() * 90) };
          }
          const value = Reflect.get(target, name, target);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
      complete = await sendRun(small, run, tape, {
        signal: new AbortController().signal,
        isLive: () => false,
        attempts: 3,
        sleep: () => Promise.resolve(),
      }).catch((error) => {
        if (error instanceof TrackerError && error.retryable) return false;
        throw error;
      });
    }
    server.answer = undefined;
    server.lose = undefined;

    const shown = showRun(server, run);
    assert.ok(complete, `seed ${seed}`);
    assert.equal(shown.state, "succeeded");
    assert.deepEqual(shown.text.match(/line \d+$/gm)?.length, 300);
    await using tracker = await openWandbTracker(server);
    const read = await Array.fromAsync(tracker.points(run));
    const wanted = Array.from(
      { length: 400 },
      (_, i) => [i, [i, i, i - 1, i + 0.5][i % 4], i % 7 === 0 ? NaN : i],
    );
    const base = 1_800_000_000_000;
    assert.deepEqual(
      read.map(({ at, step, value }) => [at - base, step, value]).sort((a, b) => a[0]! - b[0]!),
      wanted,
      `seed ${seed}`,
    );
  }
  assert.deepEqual(server.refused, []);
});

Deno.test("an event that needs several requests is there once, also if it breaks within", async () => {
  await using server = new WandbServer();
  await using tracker = await openWandbTracker(server);
  const run = await begin(tracker);
  const values = Array.from({ length: 120_000 }, (_, i) => i / 3);
  let requests = 0;
  server.answer = (request) =>
    request.url.endsWith("file_stream") && ++requests === 2
      ? new Response("later", { status: 500 })
      : undefined;

  const event = metrics("loss", values);
  assert.equal(await codeOf(run.send({ events: [event] })), "tracker_unavailable");
  await run.send({ events: [event] });

  assert.ok(requests > 3, `${requests} requests`);
  assert.deepEqual(losses(server, run.run), values);
  const read = await Array.fromAsync(tracker.points(run.run), ({ value }) => value);
  assert.deepEqual(read, values);
});

Deno.test("what a server answers is told by its code, without the key", async () => {
  await using server = new WandbServer();
  const reply = (status: number, body = "{}", headers: Record<string, string> = {}) => () =>
    new Response(body, { status, headers });
  for (
    const [answer, code] of [
      [reply(400), "tracker_refused"],
      [reply(401), "tracker_denied"],
      [reply(403), "tracker_denied"],
      [reply(410), "tracker_refused"],
      [reply(413), "tracker_refused"],
      [reply(500), "tracker_unavailable"],
      [reply(504, "<html>gateway</html>"), "tracker_unavailable"],
      [reply(429), "tracker_unavailable"],
      [reply(302, "", { location: "https://elsewhere.example.org/" }), "tracker_refused"],
      [reply(200, "<html>hello</html>"), "tracker_refused"],
      [reply(200, "[]"), "tracker_refused"],
      [reply(200, '{"data":{"viewer":7}}'), "tracker_refused"],
      [reply(200, '{"data":{"viewer":null}}'), "tracker_denied"],
      [reply(200, '{"errors":[{"message":"no"}],"data":null}'), "tracker_refused"],
    ] as const
  ) {
    server.answer = answer;
    await using tracker = await openWandbTracker(server);
    assert.equal(
      await codeOf(tracker.cursor(sampleStart().run)),
      code,
      `${answer().status} ${await answer().text()}`,
    );
  }
});

Deno.test("a server that is gone, or does not answer, is tracker_unavailable", async () => {
  let gone: string;
  {
    await using server = new WandbServer();
    gone = server.address;
  }
  await using tracker = await openWandbTracker({ address: gone });
  assert.equal(await codeOf(tracker.cursor(sampleStart().run)), "tracker_unavailable");

  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener.accept();
  await using slow = await openImpatient(listener.addr.port);
  assert.equal(await codeOf(slow.cursor(sampleStart().run)), "tracker_unavailable");
  (await accepted).close();
});

Deno.test("an answer that stops in its middle, or has no end, is given up", async () => {
  let piece = new Uint8Array(1);
  let pulled = 0;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            if (piece.length === 1 && pulled++ > 0) return new Promise<void>(() => {});
            controller.enqueue(piece);
            return Promise.resolve();
          },
        }),
      ),
  );
  await using tracker = await openImpatient(server.addr.port);

  assert.equal(await codeOf(tracker.cursor(sampleStart().run)), "tracker_unavailable");
  piece = new Uint8Array(2 ** 20);
  const endless = await codeOf(tracker.cursor(sampleStart().run));

  // Whichever comes first: the end of the patience, or of the room.
  assert.ok(["tracker_unavailable", "tracker_refused"].includes(endless), endless);
});

Deno.test("without a key nothing is asked of the network", async () => {
  await using server = new WandbServer();
  await using tracker = await openWandbTracker(server, { key: "" });

  assert.equal(await codeOf(tracker.cursor(sampleStart().run)), "tracker_denied");
  assert.equal(server.transcript, "");
});

Deno.test("that somebody asked for a stop is told, and logged once", async () => {
  await using server = new WandbServer();
  const logged: string[] = [];
  await using tracker = await openWandbTracker(server, { log: (event) => logged.push(event) });
  const run = await begin(tracker);
  server.world.needRun("lab", "conformance", run.run).stopped = true;

  assert.equal(tracker.stopAsked?.(run.run), false);
  await run.send({});
  await run.send({ events: [metrics("loss", [1])] });

  assert.equal(tracker.stopAsked?.(run.run), true);
  assert.deepEqual(logged.filter((event) => event === "wandb_stop_asked"), ["wandb_stop_asked"]);
});

Deno.test("a sign of life is sent for a run that goes on, and none for one that ended", async () => {
  await using server = new WandbServer();
  await using tracker = await openWandbTracker(server);
  const run = await begin(tracker);
  const stored = server.world.needRun("lab", "conformance", run.run);
  const before = stored.heartbeatAt;
  await run.send({});
  assert.ok(stored.heartbeatAt > before);

  await run.send({ events: [ended("aborted")] });
  await run.send({});

  assert.deepEqual([stored.state, stored.exitCode], ["failed", 255]);
  assert.equal((await tracker.find(run.run)).state, "aborted");
});

Deno.test("every line of a history is read, also with gaps and with steps like clocks", async () => {
  await using server = new WandbServer();
  await using tracker = await openWandbTracker(server);
  for (
    const step of [
      (i: number) => i,
      (i: number) => i * 7,
      (i: number) => i < 6000 ? i : i + 3_000_000,
      (i: number) => 1_700_000_000 + i * 600 * (i % 1000 === 0 ? 100 : 1),
    ]
  ) {
    const run = await begin(tracker);
    const steps = [...new Set(Array.from({ length: 12_000 }, (_, i) => step(i)))].sort((a, b) => a - b);
    const at = 1_800_000_000_000;
    const points = steps.map((step, i) => ({ step, at: at + i, values: { loss: i } }));
    await run.send({ events: [{ kind: "metrics", points }] });

    const read = await Array.fromAsync(tracker.points(run.run), ({ step }) => step);

    assert.deepEqual(read, steps);
  }
});

Deno.test("runs are listed newest first over several pages, up to the limit", async () => {
  await using server = new WandbServer();
  await using tracker: Tracker = await openWandbTracker(server);
  const runs: string[] = [];
  for (let i = 0; i < 60; i++) runs.unshift((await begin(tracker)).run);

  const ids = (limit?: number) =>
    Array.fromAsync(tracker.list(limit === undefined ? {} : { limit }), ({ aero }) => aero?.run as string);

  assert.deepEqual(await ids(), runs);
  assert.deepEqual(await ids(7), runs.slice(0, 7));
  await assert.rejects(Array.fromAsync(tracker.list({ group: "nobody" })), {
    code: "tracked_group_not_found",
    exitCode: 2,
  });
});

Deno.test("metrics of a run whose steps are not W&B's are drawn over the program's own", async () => {
  await using server = new WandbServer();
  await using tracker = await openWandbTracker(server);
  const plain = await begin(tracker), moved = await begin(tracker);
  await plain.send({ events: [metrics("loss", [1, 2]), ended()] });
  await moved.send({ events: [metrics("loss", [1, 2]), metrics("acc", [1]), ended()] });

  const definitions = (run: RunId) =>
    JSON.parse(server.world.needRun("lab", "conformance", run).config)._wandb.value.m;

  assert.equal(definitions(plain.run), undefined);
  assert.deepEqual(definitions(moved.run), [
    { "1": "aero/step", "6": [3] },
    { "1": "acc", "5": 1, "6": [3] },
    { "1": "loss", "5": 1, "6": [3] },
  ]);
  assert.equal((await tracker.find(moved.run)).params.depth, 5);
});

Deno.test("files of a run are listed and read, and what looks like a pattern is a name", async () => {
  await using server = new WandbServer();
  await using tracker = await openWandbTracker(server);
  const run = await begin(tracker, { versionDocument: '{"µ":1.0}' });
  const id = (await tracker.find(run.run)).id;
  const { files } = server.world.needRun("lab", "conformance", run.run);
  files.set("a_b%.txt", { bytes: new TextEncoder().encode("right"), reported: true });
  files.set("axb%.txt", { bytes: new TextEncoder().encode("wrong"), reported: true });

  const listed = await Array.fromAsync(tracker.files(id), ({ path }) => path);
  assert.deepEqual(listed.sort(), [
    "a_b%.txt",
    "axb%.txt",
    "config.yaml",
    "experiment-version.json",
    "wandb-metadata.json",
  ]);
  assert.equal(await new Response(await tracker.readFile(id, "a_b%.txt")).text(), "right");
  assert.equal(await codeOf(tracker.readFile(id, "none")), "tracked_run_not_found");
  assert.equal(await codeOf(tracker.readFile("none", "x")), "tracked_run_not_found");
});

Deno.test("what one run wrote and another read is one artifact", async () => {
  await using server = new WandbServer();
  await using tracker = await openWandbTracker(server);
  const maker = await begin(tracker);
  const { event, run } = sampleStart();
  if (event.kind !== "started") return assert.fail("a start");
  const { data } = event.started.start.inputs;
  const output = { artifact: data!.artifact, manifest: data!.manifest, files: 1, bytes: 1 };
  await maker.send({
    events: [{
      kind: "output",
      at: 1_800_000_000_000,
      name: "counts",
      output,
      url: "s3://lab/x?versionId=3sL4k",
    }],
  });
  await clauseRun(tracker, run).send({ events: [event] });

  const { logged } = server.world.needRun("lab", "conformance", maker.run);
  assert.equal(logged.length, 1);
  assert.deepEqual(server.world.needRun("lab", "conformance", run).used, logged);
  assert.equal(
    await codeOf(tracker.send(run, NOTHING_SENT, { events: [event], stdout: "", stderr: "" })),
    "none",
  );
});
