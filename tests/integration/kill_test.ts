import assert from "node:assert/strict";
import type { RunRecord } from "../../core/model/run.ts";
import { type AeroEnd, AeroProcess, untilHolds } from "../support/aero_process.ts";
import { TestProject } from "../support/open_project.ts";
import { BASE_IMAGE, containersOf, podman, podmanOrSkip } from "../support/podman.ts";

const podmanHere = await podmanOrSkip();
/** Of each target. */
const ROUNDS = Math.ceil(Number(Deno.env.get("AERO_KILL_ROUNDS") ?? "6") / 3);
const SEED = Number(Deno.env.get("AERO_TEST_SEED") ?? Date.now()) >>> 0;

/** Writes a metric every few milliseconds for about two seconds, then its output. */
const TRAIN = `echo ready
i=0
while [ $i -lt 100 ]; do
  i=$((i + 1)); echo "{\\"step\\":$i,\\"n\\":$i}" >> "$AERO_METRICS"; sleep 0.01
done
seq 1000 > "$AERO_OUTPUTS/model/model"
`;

const CONFIG = {
  environment: { use: "podman", image: BASE_IMAGE },
  stages: { train: { command: "sh train.sh", outputs: ["model"] } },
};

/** A project whose image is built and kept. */
async function begin(): Promise<TestProject> {
  const test = new TestProject();
  test.commit(CONFIG, { "train.sh": TRAIN });
  const built = await test.aero(["build"]);
  assert.equal(built.code, 0, built.err());
  test.git.commit();
  return test;
}

function start(test: TestProject): AeroProcess {
  return AeroProcess.start(["run", "--force"], { cwd: test.root, env: test.env });
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), seed | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The run that is under way, once its program has begun. */
async function underWay(test: TestProject): Promise<string> {
  let run = "";
  await untilHolds("the program has begun", () => {
    run = test.unrecorded().find((name) => !name.startsWith("."))!;
    return Deno.readTextFileSync(`${test.root}/.aero/runs/${run}/stdout.log`).includes("ready");
  });
  return run;
}

/** The last step that a run's program has written so far. */
function lastStep(test: TestProject, run: string | undefined): number {
  try {
    const text = Deno.readTextFileSync(`${test.root}/.aero/work/${run}/run/metrics.jsonl`);
    const lines = text.slice(0, text.lastIndexOf("\n")).split("\n");
    return JSON.parse(lines.at(-1)!).n;
  } catch {
    return 0;
  }
}

/** After a kill: the next commands work, the store is sound, and no run goes on. */
async function aftermath(test: TestProject, before: ReadonlySet<string>): Promise<RunRecord[]> {
  const listed = await test.aero(["list"]);
  assert.equal(listed.code, 0, listed.err());
  assert.deepEqual(test.unrecorded().filter((name) => !name.startsWith(".")), []);
  const checked = await test.aero(["storage", "fsck"]);
  assert.equal(checked.code, 0, checked.out());
  const records = await test.use(({ services }) => services.archive.records("toy"));
  const added = records.filter(({ run }) => !before.has(run));
  for (const { run } of added) assert.deepEqual(await containersOf(run), []);
  assert.deepEqual(workOf(test), []);
  return added;
}

/** Directories of programs that are left; none if aero was killed before it made the first. */
function workOf(test: TestProject): string[] {
  try {
    return [...Deno.readDirSync(`${test.root}/.aero/work`)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function recorded(test: TestProject): Promise<Set<string>> {
  const records = await test.use(({ services }) => services.archive.records("toy"));
  return new Set(records.map(({ run }) => run));
}

/** What `kill -9` of something of a run needs: waits for a moment, kills, and gives the last step known then. */
type Kill = (test: TestProject, aero: AeroProcess, moment: number) => Promise<{ run?: string; step: number }>;

const TARGETS: Record<string, Kill> = {
  async aero(test, aero, moment) {
    await pause(moment * 2500);
    const run = test.unrecorded().find((name) => !name.startsWith("."));
    const step = lastStep(test, run);
    aero.kill("SIGKILL");
    return { ...(run === undefined ? {} : { run }), step };
  },
  async "the container's program"(test, _aero, moment) {
    const run = await underWay(test);
    const [container] = await containersOf(run);
    const pid = Number(await podman("inspect", "--format", "{{.State.Pid}}", container!));
    await pause(moment * 800);
    const step = lastStep(test, run);
    if (pid > 0) killQuietly(pid);
    return { run, step };
  },
  async "the engine's processes"(test, _aero, moment) {
    const run = await underWay(test);
    await pause(moment * 800);
    const step = lastStep(test, run);
    const processes = engineProcesses(run);
    assert.ok(processes.length > 0 || step > 90, "the engine's processes were not found");
    processes.forEach(killQuietly);
    return { run, step };
  },
};

function killQuietly(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The engine's own processes of a run: its command, and the monitor of the container. */
function engineProcesses(run: string): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter(Number.isInteger).filter(
    (pid) => {
      try {
        const words = Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0");
        return /(?:podman|conmon)$/.test(words[0]!) && words.some((word) => word.includes(run));
      } catch {
        return false;
      }
    },
  );
}

for (const [target, kill] of Object.entries(TARGETS)) {
  Deno.test({
    name: `kill -9 of ${target} at any moment leaves a sound store, an honest run and its metrics`,
    ignore: podmanHere === undefined,
    async fn() {
      // deno-lint-ignore no-console -- a failure is to be had again
      console.log(`AERO_TEST_SEED=${SEED}`);
      const random = randomFrom(SEED);
      await using test = await begin();
      for (let round = 0; round < ROUNDS; round++) {
        const before = await recorded(test);
        const aero = start(test);
        const { run, step } = await kill(test, aero, random());
        const end = await aero.end();
        const added = await aftermath(test, before);
        judge({ target, round, end, run, step, added });
      }
      const next = await AeroProcess.run(["run", "--force"], { cwd: test.root, env: test.env });
      assert.equal(next.code, 0, next.err);
    },
  });
}

function judge(round: {
  readonly target: string;
  readonly round: number;
  readonly end: AeroEnd;
  readonly run: string | undefined;
  readonly step: number;
  readonly added: readonly RunRecord[];
}): void {
  const { end, run, step, added } = round;
  const told = `${round.target}, round ${round.round}: ${JSON.stringify({ end, run, step })}`;
  const record = added.find((record) => record.run === run);
  assert.ok(added.length <= 1, told);
  if (step > 0) assert.ok(record, told);
  if (record === undefined) return;
  assert.ok(["lost", "failed", "succeeded"].includes(record.state), told);
  assert.ok(Number(record.metrics.n ?? 0) >= step, `${told} has ${JSON.stringify(record.metrics)}`);
  if (record.state === "succeeded") assert.equal(record.metrics.n, 100, told);
  if (end.signal === null) assert.ok(record.state === "succeeded" ? end.code === 0 : end.code > 0, told);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test({
    name: `${signal} stops the container, records the run as aborted, and aero exits 130`,
    ignore: podmanHere === undefined,
    async fn() {
      await using test = await begin();
      const before = await recorded(test);
      const aero = start(test);
      const run = await underWay(test);
      await untilHolds("a metric is written", () => lastStep(test, run) > 3);
      const step = lastStep(test, run);

      aero.kill(signal);
      const end = await aero.end();

      assert.equal(end.code, 130, end.err);
      assert.deepEqual(test.unrecorded(), [], "recorded before it ends, not by the next command");
      const [record] = await aftermath(test, before);
      assert.equal(record!.run, run);
      assert.equal(record!.state, "aborted");
      assert.ok(Number(record!.metrics.n) >= step);
    },
  });
}
