import assert from "node:assert/strict";
import { writeJournalEvent } from "../format/journal_format.ts";
import type { JournalEvent } from "../model/journal.ts";
import type { LoggedFacts } from "../model/logged.ts";
import { parseRunId, type RunId } from "../model/run_id.ts";
import { NotedObserver, TestProject } from "../../tests/support/open_project.ts";
import { CutStorage } from "../../tests/support/cut_storage.ts";
import { FaultyStorage } from "../../tests/support/faulty_storage.ts";
import { Heartbeat } from "./heartbeat.ts";
import { reconcileRuns } from "./reconcile.ts";

const DEAD = parseRunId("zyxwvutsrqponmlk");

/** A project with one recorded run, and beside it a run whose aero died. */
class DeadRun implements AsyncDisposable {
  readonly observer = new NotedObserver();

  private constructor(readonly project: TestProject, readonly created: JournalEvent) {}

  static async begin(): Promise<DeadRun> {
    const project = new TestProject({ storage: "memory" });
    project.commit({ stages: { train: { command: ["sh", "-c", "echo hi"] } } });
    const { record } = (await project.run())[0]!;
    const version = await project.use(({ services }) => services.archive.getVersion(record.version));
    const start = Object.fromEntries(
      Object.entries(record).filter(([name]) =>
        !["schema", "state", "exit", "endedAt", "outputs", "metrics", "logs", "journal"].includes(name)
      ),
    );
    const created = { event: "created", at: 5, start: { ...start, run: DEAD }, version };
    return new DeadRun(project, created as unknown as JournalEvent);
  }

  /** Lays out what the dead run left. */
  leave(
    left: { readonly journal?: string; readonly events?: JournalEvent[]; readonly metrics?: string },
  ): void {
    const { root } = this.project;
    Deno.writeTextFileSync(`${root}/.aero/alive/${DEAD}`, "");
    const events = left.events?.map(writeJournalEvent).join("");
    if (events === undefined && left.journal === undefined) return;
    Deno.mkdirSync(`${root}/.aero/runs/${DEAD}`, { recursive: true });
    Deno.writeTextFileSync(`${root}/.aero/runs/${DEAD}/journal.jsonl`, (events ?? "") + (left.journal ?? ""));
    if (left.metrics === undefined) return;
    Deno.mkdirSync(`${root}/.aero/work/${DEAD}/run`, { recursive: true });
    Deno.writeTextFileSync(`${root}/.aero/work/${DEAD}/run/metrics.jsonl`, left.metrics);
  }

  mend(): Promise<RunId[]> {
    return this.project.use((project) => reconcileRuns(project, this.observer));
  }

  record() {
    return this.project.use(({ services }) => services.archive.getRecord("toy", DEAD));
  }

  /** What is left of it in the project's own directory. */
  leftOver(): string[] {
    return ["alive", "runs", "work"].filter((folder) => {
      try {
        Deno.lstatSync(`${this.project.root}/.aero/${folder}/${DEAD}`);
        return true;
      } catch {
        return false;
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.project[Symbol.asyncDispose]();
  }
}

const POINTS: JournalEvent = { event: "metrics", at: 6, points: [{ at: 6, step: 1, values: { loss: 1 } }] };

Deno.test("a run whose aero died is recorded as lost, with all the metrics that its program wrote", async () => {
  await using dead = await DeadRun.begin();
  dead.leave({
    events: [dead.created, { event: "started", at: 5 }, POINTS],
    metrics: '{"step":1,"loss":1}\n{"step":2,"loss":0.5}\n{"step":3,"acc":0.9}\n{"step":4,"lo',
  });

  assert.deepEqual(await dead.mend(), [DEAD]);

  const record = (await dead.record())!;
  assert.equal(record.state, "lost");
  assert.equal(record.exit, undefined);
  assert.deepEqual(record.metrics, { loss: 0.5, acc: 0.9 });
  assert.deepEqual(dead.leftOver(), ["runs"]);
  assert.match(dead.observer.warnings.join(), /line 4/);
  assert.deepEqual(await dead.mend(), []);
});

Deno.test("the record of a lost run has what its program had logged", async () => {
  await using dead = await DeadRun.begin();
  const logged = (facts: LoggedFacts): JournalEvent => ({ event: "logged", at: 6, facts });
  dead.leave({
    events: [
      dead.created,
      logged({ params: { lr: 0.1 }, tags: { draft: "yes" } }),
      logged({ tags: { draft: null } }),
    ],
  });

  await dead.mend();

  assert.deepEqual((await dead.record())!.logged, { params: { lr: 0.1 }, tags: {}, inputs: [] });
  const summary = await dead.project.use(({ services }) => Promise.resolve(services.index.get(DEAD)!));
  assert.deepEqual(summary.logged?.params, { lr: 0.1 });
});

Deno.test("a program that wrote its metrics anew after its aero died loses none of them", async () => {
  await using dead = await DeadRun.begin();
  const file = '{"step":1,"loss":1}\n{"step":2,"loss":0.5}\n';
  dead.leave({ events: [dead.created], metrics: file });
  const path = `${dead.project.root}/.aero/work/${DEAD}/run/metrics.jsonl`;
  const points = [1, 0.5].map((loss, i) => ({ at: 6, step: i + 1, values: { loss } }));
  const taken: JournalEvent = {
    event: "metrics",
    at: 6,
    points,
    inode: Deno.statSync(path).ino!,
    offset: file.length,
  };
  dead.leave({ events: [dead.created, taken] });
  Deno.writeTextFileSync(path, '{"step":3,"loss":0.25}\n');

  await dead.mend();

  assert.deepEqual((await dead.record())!.metrics, { loss: 0.25 });
});

Deno.test("a run that had ended and was not recorded is recorded as it ended", async () => {
  await using dead = await DeadRun.begin();
  dead.leave({
    events: [
      dead.created,
      POINTS,
      { event: "ended", at: 9, state: "failed", exit: { how: "exited", code: 3 } },
    ],
  });

  await dead.mend();

  const record = (await dead.record())!;
  assert.equal(record.state, "failed");
  assert.deepEqual(record.exit, { how: "exited", code: 3 });
  assert.equal(record.endedAt, 9);
});

Deno.test("half a line at the end of a journal is cut off, and the run is lost", async () => {
  await using dead = await DeadRun.begin();
  dead.leave({ events: [dead.created, POINTS], journal: '{"at":9,"event":"ended","st' });

  await dead.mend();

  const record = (await dead.record())!;
  assert.equal(record.state, "lost");
  assert.deepEqual(record.metrics, { loss: 1 });
});

for (
  const [what, left] of [
    ["had no directory yet", {}],
    ["had no journal yet", { journal: "" }],
    ["had half a first line", { journal: '{"at":5,"event":"crea' }],
  ] as const
) {
  Deno.test(`a run that ${what} leaves nothing behind`, async () => {
    await using dead = await DeadRun.begin();
    dead.leave(left);

    assert.deepEqual(await dead.mend(), []);

    assert.equal(await dead.record(), undefined);
    assert.deepEqual(dead.leftOver(), []);
  });
}

Deno.test("an index that is made anew is filled also while a run has no journal yet", async () => {
  await using dead = await DeadRun.begin();
  dead.leave({});
  for (const file of ["", "-wal", "-shm"]) {
    await Deno.remove(`${dead.project.root}/.aero/index.db${file}`).catch(() => {});
  }

  const runs = await dead.project.use(async (_, app) => (await app.index()).query({}));

  assert.equal(runs.length, 1);
  assert.deepEqual(dead.leftOver(), []);
});

Deno.test("a run that somebody looks after is left alone", async () => {
  await using dead = await DeadRun.begin();
  dead.leave({ events: [dead.created] });
  using _holder = Heartbeat.takeOver(`${dead.project.root}/.aero/alive/${DEAD}`, Date.now());

  assert.deepEqual(await dead.mend(), []);
  assert.deepEqual(dead.leftOver(), ["alive", "runs"]);
});

Deno.test("several commands that look at once record a run once", async () => {
  await using dead = await DeadRun.begin();
  dead.leave({ events: [dead.created, POINTS] });

  const mended = await Promise.all([dead.mend(), dead.mend(), dead.mend(), dead.mend()]);

  assert.deepEqual(mended.flat(), [DEAD]);
  assert.equal((await dead.record())!.state, "lost");
  assert.deepEqual(dead.leftOver(), ["runs"]);
});

Deno.test("a run that cannot be recorded now is told of, and is recorded by a later command", async () => {
  await using dead = await DeadRun.begin();
  dead.leave({ events: [dead.created, POINTS] });
  dead.project.wrap = (storage) => new FaultyStorage(storage, [{ on: "put", with: "full" }]);

  const mended = await dead.mend();
  dead.project.wrap = (storage) => storage;

  assert.deepEqual(mended, []);
  assert.match(dead.observer.warnings.join(), new RegExp(DEAD));
  assert.deepEqual(await dead.mend(), [DEAD]);
});

Deno.test("a run that died is recorded also when the storage goes away meanwhile, and waits to be sent", async () => {
  await using dead = await DeadRun.begin();
  dead.leave({ events: [dead.created, POINTS] });
  let cut: CutStorage | undefined;
  dead.project.wrap = (storage) => cut = new CutStorage(storage, 2);

  const mended = await dead.mend();

  assert.ok(cut!.calls > 2);
  assert.deepEqual(mended, [DEAD]);
  dead.project.wrap = (storage) => storage;
  assert.equal((await dead.record())!.state, "lost");
  assert.equal([...dead.project.objects.keys()].some((key) => key.includes(DEAD)), false);
});

Deno.test("what is left of the program of a dead run is ended", async () => {
  await using dead = await DeadRun.begin();
  dead.leave({ events: [dead.created, { event: "started", at: 5 }] });
  const orphan = new Deno.Command("sleep", { args: ["600"], env: { AERO_RUN_ID: DEAD } }).spawn();

  await dead.mend();

  assert.equal((await orphan.status).signal, "SIGKILL");
});
