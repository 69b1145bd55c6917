import assert from "node:assert/strict";
import { writeJournalEvent } from "../format/journal_format.ts";
import { experimentVersionId, writeExperimentVersion } from "../format/experiment_version_format.ts";
import type { JournalEvent } from "../model/journal.ts";
import type { RunId } from "../model/run_id.ts";
import { sampleRecord, sampleRunStart, sampleVersion } from "../../tests/support/sample_run.ts";
import { MemoryTracker, MemoryTrackerService } from "../../tests/support/memory_tracker.ts";
import { GrowingFile } from "./byte_source.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import type { TrackerError } from "../plugin/tracker.ts";
import { LiveMirror, type LiveMirrorOptions } from "./live_mirror.ts";
import { RunTape } from "./run_tape.ts";
import { sendRun } from "./send_run.ts";

/** A run that goes on, as files. */
class RunFiles implements Disposable {
  readonly directory = Deno.makeTempDirSync({ prefix: "aero-mirror-" });
  readonly run: RunId;

  constructor() {
    const { run } = sampleRecord();
    this.run = run;
    this.append(createdEvent());
  }

  append(...events: JournalEvent[]): void {
    const text = events.map(writeJournalEvent).join("");
    Deno.writeTextFileSync(`${this.directory}/journal`, text, { append: true });
  }

  print(text: string): void {
    Deno.writeTextFileSync(`${this.directory}/stdout`, text, { append: true });
  }

  tape(): RunTape {
    const file = (name: string) => new GrowingFile(`${this.directory}/${name}`);
    return new RunTape({ journal: file("journal"), stdout: file("stdout"), stderr: file("stderr") }, {
      storage: "memory",
      documentOf: (version) => new TextDecoder().decode(writeExperimentVersion(version)),
      urlOf: () => undefined,
    });
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.directory, { recursive: true });
  }
}

function createdEvent(): JournalEvent {
  const version = sampleVersion();
  const start = sampleRunStart();
  return { event: "created", at: 1, start: { ...start, version: experimentVersionId(version) }, version };
}

function loss(value: number): JournalEvent {
  return { event: "metrics", at: 2, points: [{ at: 2, step: value, values: { loss: value } }] };
}

const ENDED: JournalEvent = { event: "ended", at: 9, state: "succeeded" };
const NEVER = new AbortController().signal;
const QUICKLY = { signal: NEVER, sleep: () => Promise.resolve() };

function named(service: MemoryTrackerService, name = "memory"): NamedTracker {
  return { name, use: "memory", key: name, tracker: new MemoryTracker(service) };
}

const lossesIn = (service: MemoryTrackerService, run: RunId) =>
  (service.show(run).points.loss ?? []).map(({ value }) => value);

/** A mirror of a run at some trackers, of whose pages nobody wants to know. */
function mirrorOf(
  files: RunFiles,
  to: readonly NamedTracker[],
  more: Partial<LiveMirrorOptions> = {},
): LiveMirror {
  return new LiveMirror(files.run, to, {
    openTape: () => files.tape(),
    onUrl: () => {},
    onStopAsked: () => {},
    ...more,
  });
}

Deno.test("a run is sent from where the tracker is", async () => {
  using files = new RunFiles();
  files.append(loss(1), loss(2));
  files.print("one\n");
  const service = new MemoryTrackerService();
  const tracker = new MemoryTracker(service);
  {
    await using tape = files.tape();
    assert.equal(await sendRun(tracker, files.run, tape, { ...QUICKLY, isLive: () => false }), false);
  }
  files.append(loss(3), ENDED);
  files.print("two");

  await using tape = files.tape();
  const complete = await sendRun(tracker, files.run, tape, { ...QUICKLY, isLive: () => false });

  assert.equal(complete, true);
  assert.deepEqual(lossesIn(service, files.run), [1, 2, 3]);
  assert.equal(service.show(files.run).text, "one\ntwo");
  assert.equal(service.show(files.run).state, "succeeded");
});

Deno.test("a tracker that fails now and then gets everything once", async () => {
  using files = new RunFiles();
  for (let i = 0; i < 30; i++) files.append(loss(i));
  files.append(ENDED);
  const service = new MemoryTrackerService();
  let calls = 0;
  class Flaky extends MemoryTracker {
    override async send(...args: Parameters<MemoryTracker["send"]>): Promise<void> {
      // Every other answer is lost, before or after the tracker took the batch.
      const lost = ++calls % 4;
      if (lost === 1) service.down = true;
      try {
        await super.send(...args);
        if (lost === 3) {
          service.down = true;
          await super.cursor(args[0]);
        }
      } finally {
        service.down = false;
      }
    }
  }
  const tracker = new Flaky(service);
  Object.assign(tracker.capabilities, { maxPointsPerBatch: 3 });
  await using tape = files.tape();

  const complete = await sendRun(tracker, files.run, tape, { ...QUICKLY, isLive: () => false });

  assert.equal(complete, true);
  assert.deepEqual(lossesIn(service, files.run), Array.from({ length: 30 }, (_, i) => i));
  assert.ok(calls > 12);
});

Deno.test("a run is sent while it goes on, and its end when it ends", async () => {
  using files = new RunFiles();
  const service = new MemoryTrackerService();
  const urls: string[] = [];
  const mirror = new LiveMirror(files.run, [named(service)], {
    openTape: () => files.tape(),
    onUrl: (_, url) => urls.push(url),
    onStopAsked: () => {},
  });
  files.append(loss(1));
  await until(() => lossesIn(service, files.run).length === 1);
  const during = service.show(files.run).state;
  files.append(loss(2), ENDED);

  const [mirrored] = await mirror.finish(10_000);

  assert.equal(during, "running");
  assert.equal(mirrored!.complete, true);
  assert.deepEqual(lossesIn(service, files.run), [1, 2]);
  assert.deepEqual(urls, [`memory://${files.run}`]);
});

Deno.test("one tracker that is down or refuses holds up neither the run nor another", async () => {
  using files = new RunFiles();
  const [up, down] = [new MemoryTrackerService(), new MemoryTrackerService()];
  down.down = true;
  const denied: NamedTracker = {
    name: "denied",
    use: "memory",
    key: "denied",
    tracker: new MemoryTracker(new MemoryTrackerService(), { denied: true }),
  };
  const mirror = mirrorOf(files, [named(up), named(down), denied]);
  files.append(loss(1), ENDED);
  await until(() => lossesIn(up, files.run).length === 1);

  const mirrored = await mirror.finish(10_000);

  assert.deepEqual(mirrored.map(({ complete }) => complete), [true, false, false]);
  assert.match(String(mirrored[1]!.error), /Cannot reach memory/);
  assert.match(String(mirrored[2]!.error), /Cannot use memory/);
});

Deno.test("a tracker that never answers, and heeds no abort, is left alone in the end", async () => {
  using files = new RunFiles();
  files.append(ENDED);
  const [up, stuck] = [new MemoryTrackerService(), new MemoryTrackerService()];
  stuck.hangs = true;
  const mirror = mirrorOf(files, [named(up), named(stuck)]);
  // What answers has its time, however busy the machine is; the patience of the end is for the other.
  await until(() => up.show(files.run).state === "succeeded");

  const mirrored = await mirror.finish(1);

  assert.deepEqual(mirrored.map(({ complete, error }) => [complete, error]), [[true, undefined], [
    false,
    undefined,
  ]]);
});

Deno.test("who has had enough waits no longer for a tracker that does not answer", async () => {
  using files = new RunFiles();
  files.append(ENDED);
  const stuck = new MemoryTrackerService();
  stuck.hangs = true;
  const mirror = mirrorOf(files, [named(stuck)]);
  const hurry = new AbortController();

  const finished = mirror.finish(1e9, hurry.signal);
  hurry.abort();

  assert.deepEqual((await finished).map(({ complete }) => complete), [false]);
});

Deno.test("a tracker that says nothing behind the end of a run is given up, whatever the patience, and told", async () => {
  using files = new RunFiles();
  files.append(ENDED);
  const [up, stuck] = [new MemoryTrackerService(), new MemoryTrackerService()];
  stuck.hangs = true;
  const mirror = mirrorOf(files, [named(up), named(stuck)], { quiet: { endMs: 1, firstMs: 1, callMs: 1e9 } });
  await until(() => up.show(files.run).state === "succeeded");

  const [all, nothing] = await mirror.finish(1e9);

  assert.deepEqual([all!.complete, nothing!.complete], [true, false]);
  assert.match(String((nothing!.error as TrackerError).report.why), /does not answer/);
});

Deno.test("a tracker that takes data slowly behind the end of a run has its time", async () => {
  using files = new RunFiles();
  files.append(loss(1), loss(2), loss(3), ENDED);
  const service = new MemoryTrackerService();
  const gate = Promise.withResolvers<void>();
  class Slow extends MemoryTracker {
    override async send(...args: Parameters<MemoryTracker["send"]>): Promise<void> {
      await gate.promise;
      await super.send(...args);
    }
  }
  const slow: NamedTracker = { ...named(service), tracker: new Slow(service) };
  const mirror = mirrorOf(files, [slow], { quiet: { endMs: 1, firstMs: 1e9, callMs: 1e9 } });
  const finished = mirror.finish(1e9);
  // Longer than is waited for one that says nothing.
  await new Promise((resolve) => setTimeout(resolve, 20));
  gate.resolve();

  assert.deepEqual((await finished).map(({ complete }) => complete), [true]);
});

Deno.test("a damaged journal is told as an error of the mirror, and thrown nowhere", async () => {
  using files = new RunFiles();
  Deno.writeTextFileSync(`${files.directory}/journal`, "nonsense\n", { append: true });
  const mirror = mirrorOf(files, [named(new MemoryTrackerService())]);

  const [mirrored] = await mirror.finish(10_000);

  assert.equal(mirrored!.complete, false);
  assert.match(String(mirrored!.error), /line 2/);
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
