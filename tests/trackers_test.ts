// What trackers get of tracked runs, and that none of them can do harm to one.
import assert from "node:assert/strict";
import { EXIT } from "../core/errors.ts";
import { BoardProject, LOSSES } from "./support/board_project.ts";

Deno.test("a tracked run is at its tracker when the command has ended, and its page is told", async () => {
  await using project = new BoardProject();
  project.stage(LOSSES);

  const { code, err } = await project.aero(["run", "--tag", "first"]);

  assert.equal(code, EXIT.ok, err());
  const service = project.boards.at();
  const [run] = [...service.runs.keys()];
  const shown = service.show(run!);
  assert.equal(shown.state, "succeeded");
  assert.deepEqual(shown.points.loss!.map(({ value }) => value), [0.1, 0.2, 0.3]);
  assert.equal(shown.text, "line 1\nline 2\nline 3\n");
  assert.deepEqual(shown.tags, ["first"]);
  assert.equal(err().split("\n").filter((line) => line.includes(`board: memory://${run}`)).length, 1);
});

Deno.test("a run is shown while it goes on", async () => {
  await using project = new BoardProject();
  const gate = project.git.beside("gate");
  project.stage(`echo '{"step":1,"loss":0.5}' >> $AERO_METRICS; while [ ! -e ${gate} ]; do sleep 0.05; done`);
  const service = project.boards.at();

  const running = project.aero(["run"]);
  await until(() => [...service.runs.keys()].some((run) => service.show(run).points.loss?.length === 1));
  const [run] = [...service.runs.keys()];
  const during = service.show(run!).state;
  Deno.writeTextFileSync(gate, "");
  await running;

  assert.equal(during, "running");
  assert.equal(service.show(run!).state, "succeeded");
});

Deno.test("a tracker that is away leaves the run as it is: one line, exit 3, and another tracker has it", async () => {
  await using project = new BoardProject();
  project.stage(
    LOSSES,
    {},
    [{ use: "board", name: "down", at: "down" }, { use: "board", name: "up", at: "up" }] as never,
  );
  project.boards.at("down").down = true;

  const { code, err } = await project.aero(["run"]);

  assert.equal(code, EXIT.lagging);
  const lines = err().split("\n").filter((line) => line.startsWith("warning:"));
  assert.deepEqual(lines, [
    "warning: 1 run waits on this machine for down at memory down: Cannot reach memory; send them: `aero sync`",
  ]);
  const [run] = [...project.boards.at("up").runs.keys()];
  assert.equal(project.boards.at("up").show(run!).state, "succeeded");
  assert.equal(
    (await project.use(({ services }) => services.archive.getRecord("toy", run!)))!.state,
    "succeeded",
  );
});

Deno.test("a program that fails keeps its exit code, whatever its tracker does", async () => {
  await using project = new BoardProject();
  project.stage("exit 7");
  project.boards.at().down = true;

  assert.equal((await project.aero(["run"])).code, EXIT.programFailed);
});

Deno.test("--offline sends nothing, and says what waits", async () => {
  await using project = new BoardProject();
  project.stage(LOSSES);

  const { code, err } = await project.aero(["run", "--offline"]);

  assert.equal(code, EXIT.lagging);
  assert.match(err(), /1 run waits on this machine for board .*--offline/);
  assert.equal(project.boards.at().sent, "");
});

Deno.test("a draft, a rerun and the reruns of a verdict are sent too", async () => {
  await using project = new BoardProject();
  project.stage("echo 1 > $AERO_OUTPUTS/model/m", {
    stages: { train: { command: ["sh", "-c", "echo 1 > $AERO_OUTPUTS/model/m"], outputs: ["model"] } },
  });
  Deno.writeTextFileSync(`${project.root}/untracked`, "x");
  for (const args of [["run", "--draft"], ["rerun", "@last"], ["verify", "@last"]]) {
    const { code, err } = await project.aero(args);
    assert.equal(code, EXIT.ok, err());
  }

  const service = project.boards.at();
  const runs = [...service.runs.keys()];
  assert.deepEqual(runs.map((run) => service.show(run).state), Array(3).fill("succeeded"));
  assert.deepEqual(runs.map((run) => service.show(run).tags), [[], [], ["verify"]]);
});

Deno.test("an interrupted run is shown as aborted", async () => {
  await using project = new BoardProject();
  project.stage("echo begun; while :; do sleep 0.05; done");
  const interrupt = new AbortController();
  const service = project.boards.at();

  const running = project.aero(["run"], { signal: interrupt.signal });
  await until(() => [...service.runs.keys()].some((run) => service.show(run).text === "begun\n"));
  interrupt.abort(new DOMException("Interrupted", "AbortError"));
  const { code } = await running;

  assert.equal(code, EXIT.interrupted);
  assert.deepEqual([...service.runs.keys()].map((run) => service.show(run).state), ["aborted"]);
});

Deno.test("nothing that a tracker gets holds the value of a secret", async () => {
  await using project = new BoardProject({ env: { TOKEN: "hunter2-hunter2" } });
  project.stage(
    `echo "token $TOKEN"; echo "{\\"$TOKEN\\":1}" >> $AERO_METRICS; echo "$TOKEN" >&2; exit 1`,
    { environment: { use: "host", secrets: ["TOKEN"] } },
  );

  await project.aero(["run"]);

  const { sent } = project.boards.at();
  assert.match(sent, /\[secret TOKEN\]/);
  assert.ok(!sent.includes("hunter2"));
});

Deno.test("what 50 short runs could not send during outages, sync sends: each run, point and tag once", async () => {
  await using project = new BoardProject();
  project.stage(`echo '{"step":1,"loss":0.5}' >> $AERO_METRICS; echo $RANDOM`);
  const service = project.boards.at();
  for (let i = 0; i < 50; i++) {
    // Comes and goes, also in the midst of runs.
    setTimeout(() => service.down = i % 3 !== 0, 5 * (i % 7));
    await project.run({ force: true, tag: [`n${i}`] });
  }
  service.down = true;
  const away = await project.aero(["--json", "sync"]);
  service.down = false;

  const { code, out, err } = await project.aero(["--json", "sync"]);

  assert.equal(away.code, EXIT.lagging);
  assert.match(away.out(), /"type":"tracker-sync".*"why":"Cannot reach memory"/);
  assert.equal(code, EXIT.ok, err());
  assert.match(out(), /"type":"tracker-sync".*"left":0/);
  const shown = [...service.runs.keys()].map((run) => service.show(run));
  assert.equal(shown.length, 50);
  assert.deepEqual(shown.map(({ state }) => state), Array(50).fill("succeeded"));
  assert.deepEqual(shown.map(({ points }) => points.loss), Array(50).fill([{ step: 1, value: 0.5 }]));
  assert.deepEqual(
    shown.flatMap(({ tags }) => tags).sort(),
    Array.from({ length: 50 }, (_, i) => `n${i}`).sort(),
  );
  const again = await project.aero(["sync"]);
  assert.match(again.out(), /board at memory board has all runs/);
});

Deno.test("runs from before a tracker was configured are sent by sync, from the storage where no journal is", async () => {
  await using project = new BoardProject();
  project.stage(LOSSES, {}, []);
  const before = (await project.record()).run;
  await Deno.remove(`${project.root}/.aero`, { recursive: true });
  project.stage(LOSSES);
  const here = (await project.record({ force: true })).run;
  const service = project.boards.at();
  assert.deepEqual([...service.runs.keys()], [here]);

  // What others have just made is left to them.
  await project.aero(["sync"]);
  assert.deepEqual([...service.runs.keys()], [here]);
  const later = () => new Date(Date.now() + 3_600_000);
  const dry = await project.aero(["sync", "--dry-run"], { now: later });
  const { code, out } = await project.aero(["sync"], { now: later });

  assert.match(dry.out(), /Would send 1 run to board at memory board/);
  assert.equal(code, EXIT.ok);
  assert.match(out(), /Sent 1 run to board at memory board/);
  assert.deepEqual([...service.runs.keys()], [here, before]);
  assert.equal(service.show(before).text, "line 1\nline 2\nline 3\n");
  assert.deepEqual(service.show(before).points.loss!.map(({ value }) => value), [0.1, 0.2, 0.3]);
});

Deno.test("what is remembered of trackers can be lost: they are asked, and get nothing twice", async () => {
  await using project = new BoardProject();
  project.stage(LOSSES);
  const { run } = await project.record();
  const service = project.boards.at();
  const { sent } = service;
  for (const suffix of ["", "-wal", "-shm"]) {
    await Deno.remove(`${project.root}/.aero/trackers.db${suffix}`).catch(() => {});
  }

  const { code } = await project.aero(["sync"]);

  assert.equal(code, EXIT.ok);
  assert.equal(service.sent, sent);
  assert.equal(service.show(run).points.loss!.length, 3);
});

Deno.test("a run whose journal is damaged is told, and holds up no other", async () => {
  await using project = new BoardProject();
  project.stage(LOSSES, {}, []);
  const broken = (await project.record()).run;
  const whole = (await project.record({ force: true })).run;
  Deno.writeTextFileSync(`${project.root}/.aero/runs/${broken}/journal.jsonl`, "nonsense\n");
  project.stage(LOSSES);

  const { code, out } = await project.aero(["sync"]);

  assert.equal(code, EXIT.lagging);
  assert.match(out(), new RegExp(`not sent: ${broken} .*line 1`));
  assert.deepEqual([...project.boards.at().runs.keys()], [whole]);
});

Deno.test("a run whose aero died is sent by the command that records it, once", async () => {
  await using project = new BoardProject();
  project.stage(LOSSES);
  const service = project.boards.at();
  service.down = true;
  const { run } = await project.record();
  service.down = false;
  // As kill -9 leaves it between the end of the program and the record.
  Deno.writeTextFileSync(`${project.root}/.aero/alive/${run}`, "");

  const { code, err } = await project.aero(["sync"]);

  assert.equal(code, EXIT.ok, err());
  assert.deepEqual([...service.runs.keys()], [run]);
  assert.equal(service.show(run).points.loss!.length, 3);
  assert.equal(service.show(run).state, "succeeded");
  assert.deepEqual(project.unrecorded(), []);
});

Deno.test("sync waits for no tracker with another: one that never answers holds up none", async () => {
  await using project = new BoardProject();
  project.stage(LOSSES, {}, []);
  const { run } = await project.record();
  project.stage(LOSSES, {}, [{ use: "board", name: "stuck", at: "stuck" }, {
    use: "board",
    name: "up",
    at: "up",
  }]);
  project.boards.at("stuck").hangs = true;
  const interrupt = new AbortController();

  const syncing = project.aero(["sync"], { signal: interrupt.signal });
  await until(() => project.boards.at("up").show(run).state === "succeeded");
  interrupt.abort(new DOMException("Interrupted", "AbortError"));

  assert.equal((await syncing).code, EXIT.interrupted);
});

Deno.test("sync sends the oldest run first, and export says what a tracker had already", async () => {
  await using project = new BoardProject();
  project.stage(LOSSES, {}, []);
  const runs: string[] = [];
  for (let i = 0; i < 6; i++) runs.push((await project.record({ force: true })).run);
  project.stage(LOSSES);

  await project.aero(["sync"]);
  await project.aero(["tag", "@last", "paper"]);
  const again = await project.aero(["tracker", "export", "@last", "--to", "board"]);
  project.stage(LOSSES, {}, [{ use: "board", name: "away", at: "away" }]);
  project.boards.at("away").down = true;
  const away = await project.aero(["tracker", "export", "@last", "--to", "away"]);

  assert.deepEqual([...project.boards.at().runs.keys()], runs);
  assert.equal(again.code, EXIT.ok);
  assert.equal(again.out(), "board at memory board had 1 run already\n");
  assert.equal(away.code, EXIT.lagging);
  assert.match(
    away.out(),
    /1 run still waits: Cannot reach memory\n {2}send what waits: the same command again\n$/,
  );
});

Deno.test("commands that need no tracker open none", async () => {
  await using project = new BoardProject();
  project.stage("true");
  project.boards.at().hangs = true;

  for (const args of [["list"], ["status"], ["config", "show"]]) {
    assert.equal((await project.aero(args)).code, EXIT.ok);
  }
  assert.equal(project.boards.opened, 0);
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
