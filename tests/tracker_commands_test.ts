// Runs that are named by a tracker's id, taken over from a tracker, and sent to another.
import assert from "node:assert/strict";
import { EXIT } from "../core/errors.ts";
import type { ForeignPoint, ForeignRun } from "../core/plugin/tracker.ts";
import { MemoryTracker } from "./support/memory_tracker.ts";
import { BoardProject, LOSSES } from "./support/board_project.ts";

const MODEL = { train: { command: ["sh", "-c", "echo 1 > $AERO_OUTPUTS/model/m"], outputs: ["model"] } };

/** A run that others' code made. */
function foreign(changes: Partial<ForeignRun> = {}): ForeignRun {
  return {
    id: "abc",
    url: "http://board/abc",
    name: "bold-finch",
    group: "old models/2024",
    state: "succeeded",
    startedAt: 1_700_000_000_000,
    endedAt: 1_700_000_060_000,
    user: "mira",
    params: { depth: 5, "model.name": "tree", ratio: 0.5, empty: "" },
    tags: { baseline: true, owner: "mira", "k=v": "1" },
    note: "the *first*",
    source: {
      commit: "2d8ae6e6a3c3b1f0f1a55c7f3c1b3c9a4a1f2e70",
      remote: "https://m:pw@git/x",
      branch: "main",
    },
    image: "python:3.12",
    inputs: [{ name: "counts", url: "s3://b/counts" }],
    ...changes,
  };
}

const POINTS: readonly ForeignPoint[] = [
  { name: "loss", value: 0.5, step: 1, at: 1_700_000_001_000 },
  { name: "loss", value: NaN, step: 2, at: 1_700_000_002_000 },
  { name: "train/acc %", value: -Infinity, at: 1_700_000_002_000 },
  { name: "loss", value: 0.25, step: 2.5, at: 1_700_000_003_000 },
];

Deno.test("a run is named by its tracker's id wherever runs are named", async () => {
  await using project = new BoardProject();
  project.stage("", { stages: MODEL });
  const { run } = await project.record();

  for (const args of [["show"], ["logs"], ["rerun"], ["verify"], ["diff", "@last"]]) {
    const [command, ...more] = args;
    const { code, err } = await project.aero([command!, "board:memory-1", ...more]);
    assert.equal(code, EXIT.ok, `${command}: ${err()}`);
  }
  const page = await project.aero(["show", "@last"]);
  assert.match(page.out(), /page +board:memory-\d memory:\/\//);
  const checkout = await project.aero(["checkout", "board:memory-1", project.git.beside("out")]);
  assert.equal(checkout.code, EXIT.ok, checkout.err());
  const shown = await project.aero(["--json", "show", "board:memory-1"]);
  assert.equal(JSON.parse(shown.out()).run, run);
  assert.deepEqual(JSON.parse(shown.out()).links, [{
    tracker: "board",
    id: "memory-1",
    url: `memory://${run}`,
    complete: true,
  }]);
});

Deno.test("a run is had again from an empty home that knows its tracker and its storage only", async () => {
  await using first = new BoardProject();
  first.stage("", { stages: MODEL });
  const { run } = await first.record();
  await using second = new BoardProject({}, first.boards);
  const config = `${second.env.XDG_CONFIG_HOME}/aero`;
  const nowhere = second.git.beside("nowhere");
  Deno.mkdirSync(config, { recursive: true });
  Deno.mkdirSync(nowhere);
  Deno.writeTextFileSync(
    `${config}/config.yaml`,
    `trackers: [{ use: board }]\nstorage: { use: local, path: ${first.storagePath} }\n`,
  );

  const again = await second.aero(["--json", "rerun", "board:memory-1"], { cwd: nowhere });
  const judged = await second.aero(["verify", "board:memory-1"], { cwd: nowhere });

  assert.equal(again.code, EXIT.ok, again.err());
  assert.equal(JSON.parse(again.out()).parent.run, run);
  assert.match(judged.out(), /identical/);
  // The reruns are at the tracker too.
  assert.equal(first.boards.at().runs.size, 3);
});

Deno.test("ids that name no run of aero's are told with what to do", async () => {
  await using project = new BoardProject();
  project.stage("true");
  project.boards.at().others.set("abc", { run: foreign() });
  const told = async (...args: string[]) => {
    const { code, err } = await project.aero(args);
    return `${code} ${err()}`;
  };

  assert.match(await told("show", "board:abc"), /^2 [^]*made without aero[^]*aero tracker import board:abc/);
  assert.match(await told("show", "board:nothing"), /^2 [^]*Cannot find the run/);
  assert.match(await told("show", "board:abc", "--offline"), /^2 [^]*--offline/);
  assert.match(
    await told("list", "--from", "bord"),
    /^2 [^]*Cannot find the tracker "bord"[^]*write `board`/,
  );
  assert.match(await told("list", "--from", "board", "--sort", "x"), /^2 [^]*--sort together with --from/);
  project.stage("true", {}, []);
  assert.match(await told("show", "board:abc"), /^2 [^]*no tracker is configured/);
});

Deno.test("what begins with no tracker and no artifact is told as a tracker that is not configured", async () => {
  await using project = new BoardProject();
  project.stage("", { stages: MODEL });
  await project.record();
  const nowhere = project.git.beside("nowhere");
  Deno.mkdirSync(nowhere);
  const told = async (command: string, reference: string, cwd?: string) => {
    const { code, err } = await project.aero([command, reference], cwd === undefined ? {} : { cwd });
    return `${code} ${err()}`;
  };
  const missing = /^2 error: Cannot find the tracker "m2"\n[^]*no artifact[^]*AERO_TRACKERS/;

  assert.match(await told("show", "m2:3"), missing);
  assert.match(await told("show", "m2:3"), /configured is board/);
  assert.match(await told("rerun", "m2:2ab053f5"), missing);
  assert.match(await told("rerun", "m2:2ab053f5", nowhere), missing);
  assert.match(await told("rerun", "m2:2ab053f5", nowhere), /no tracker is configured/);
  assert.match(await told("show", "m2:", nowhere), missing);
  assert.match(
    await told("show", "board:"),
    /^2 error: Cannot tell which run of board[^]*aero list --from board/,
  );
  assert.match(await told("show", "model:3"), /Cannot read ":3" as a version of an artifact/);
  assert.match(await told("show", "modl:v1"), /Cannot find the artifact/);
});

Deno.test("a run of another project, or of another storage, is told as such", async () => {
  await using first = new BoardProject();
  first.stage("", { stages: MODEL });
  await first.record();
  await using second = new BoardProject({}, first.boards);
  second.stage("true", { project: "other", storage: { use: "local", path: first.storagePath } });
  await using third = new BoardProject({}, first.boards);
  third.stage("true");

  const elsewhere = await second.aero(["show", "board:memory-1"]);
  const lost = await third.aero(["show", "board:memory-1"]);

  assert.match(elsewhere.err(), /of the project "toy"/);
  assert.match(lost.err(), /has no record[^]*AERO_STORAGE/);
});

Deno.test("list --from shows what a tracker has, whoever made it", async () => {
  await using project = new BoardProject();
  project.stage(LOSSES);
  const { run } = await project.record();
  project.boards.at().others.set("abc", { run: foreign() });

  const { out } = await project.aero(["list", "--from", "board:*"]);
  const group = await project.aero(["--json", "list", "--from", "board:old models/2024"]);

  assert.match(out(), new RegExp(`board:memory-1 .*train .*succeeded.* ${run}`));
  assert.match(out(), /board:abc .*old models\/2024 .*bold-finch .*succeeded.*mira/);
  const items = group.out().trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(items.map(({ type, tracker, id }) => [type, tracker, id]), [[
    "foreign-run",
    "board",
    "abc",
  ]]);
});

Deno.test("runs of others become runs of the project, whole, and once", async () => {
  await using project = new BoardProject();
  project.stage("true");
  const { others } = project.boards.at();
  others.set("abc", {
    run: foreign(),
    points: POINTS,
    files: { "model/m.bin": "weights", "note.txt": "hi" },
  });
  others.set("going", { run: foreign({ id: "going", state: "running" }) });
  others.set("failed", { run: foreign({ id: "failed", state: "failed", source: {} }), files: { f: "x" } });

  const { code, out, err } = await project.aero(["tracker", "import", "board", "--group", "*"]);
  const again = await project.aero(["tracker", "import", "board:abc"]);

  assert.equal(code, EXIT.ok, err());
  assert.match(out(), /board:abc bold-finch is run [k-z]{16} {2}4 values, 2 files/);
  assert.match(out(), /board:going .*left out: it is still running/);
  assert.match(out(), /2 runs imported, 0 known already, 1 left out/);
  assert.match(again.out(), /board:abc is run [k-z]{16} already\n0 runs imported, 1 known already/);
  const shown = JSON.parse((await project.aero(["--json", "show", "board:abc"])).out());
  assert.equal(shown.grade, "provenance");
  assert.equal(shown.record.startedAt, 1_700_000_000_000);
  assert.equal(shown.record.host.user, "mira");
  assert.equal(shown.record.note, "the *first*");
  assert.deepEqual(shown.record.tags, ["baseline", "owner=mira", "k=v=1"]);
  assert.equal(shown.record.source.remote, "https://git/x");
  assert.deepEqual(shown.version.params, foreign().params);
  assert.equal(shown.version.code.commit, foreign().source!.commit);
  assert.deepEqual(shown.record.metrics, { loss: 0.25, "train/acc %": "-Infinity" });
  assert.equal(shown.record.outputs["imported-files"].files, 2);
  assert.deepEqual(shown.links, [{
    tracker: "board",
    id: "abc",
    url: "http://board/abc",
    complete: true,
  }]);
  const history = await project.aero(["--json", "metrics", "board:abc"]);
  assert.equal(history.code, EXIT.ok, history.err());
  const rerun = await project.aero(["rerun", "board:abc"]);
  assert.equal(rerun.code, EXIT.user);
  assert.match(rerun.err(), /imported from board:abc: what ran there was not kept/);
  assert.equal((await project.aero(["storage", "fsck"])).code, EXIT.ok);
  // What came from a tracker is not sent by sync.
  await project.aero(["sync"]);
  assert.equal(project.boards.at().runs.size, 0);
});

Deno.test("files that are larger than is asked for are left out, and told", async () => {
  await using project = new BoardProject();
  project.stage("true");
  project.boards.at().others.set("abc", { run: foreign(), files: { f: "x".repeat(2000) } });

  const { out } = await project.aero(["tracker", "import", "board:abc", "--files", "1KB"]);

  assert.match(out(), /0 values, 0 files\n {2}its 1 files are left out/);
});

Deno.test("from one tracker to another, every param, tag and value is kept", async () => {
  await using project = new BoardProject();
  project.stage("true", {}, [
    { use: "board", name: "old", at: "old" },
    { use: "board", name: "new", at: "new" },
  ]);
  project.boards.at("old").others.set("abc", { run: foreign(), points: POINTS });
  await project.aero(["tracker", "import", "old:abc"]);

  const { code, out, err } = await project.aero(["tracker", "export", "old:abc", "--to", "new"]);
  const again = await project.aero(["tracker", "export", "old:abc", "--to", "new"]);

  assert.equal(code, EXIT.ok, err());
  assert.equal(again.code, EXIT.ok);
  assert.match(out(), /Sent 1 run to new at memory new/);
  await using tracker = new MemoryTracker(project.boards.at("new"));
  const [back, ...more] = await Array.fromAsync(tracker.list());
  assert.deepEqual(more, []);
  assert.deepEqual(back!.params, foreign().params);
  assert.deepEqual(back!.tags, foreign().tags);
  assert.equal(back!.note, foreign().note);
  assert.equal(back!.state, "succeeded");
  assert.deepEqual(await Array.fromAsync(tracker.points(back!.id)), POINTS);
});

Deno.test("tracker list and tracker check say in words whether trackers can be used", async () => {
  await using project = new BoardProject();
  project.stage(LOSSES, {}, [
    { use: "board", name: "down", at: "down" },
    { use: "board", name: "up", at: "up" },
  ]);
  project.boards.at("down").down = true;
  await project.record();

  const listed = await project.aero(["--json", "tracker", "list"]);
  const checked = await project.aero(["tracker", "check"]);
  const fit = await project.aero(["tracker", "check", "up", "--contract"]);

  const items = listed.out().trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(items.map(({ name, reachable, waiting }) => [name, reachable, waiting]), [
    ["down", false, 1],
    ["up", true, 0],
  ]);
  assert.equal(checked.code, EXIT.outside);
  assert.match(
    checked.out(),
    /cannot +down: ask for a run\n +Cannot reach memory\nunfit +down at memory down/,
  );
  assert.match(checked.out(), /can +up: ask for a run\ncan +up: list runs\nreachable +up at memory up/);
  assert.equal(fit.code, EXIT.ok, fit.out());
  assert.match(fit.out(), /fit {2}\d+ clauses kept, 0 broken/);
});

Deno.test("tracker list says which of the user's own trackers do not hold in this project", async () => {
  await using project = new BoardProject();
  const config = `${project.env.XDG_CONFIG_HOME}/aero`;
  Deno.mkdirSync(config, { recursive: true });
  Deno.writeTextFileSync(
    `${config}/config.yaml`,
    "trackers: [{ use: board }, { use: board, name: mine, at: mine }]\n",
  );
  const told = async () => (await project.aero(["tracker", "list"])).err();

  project.stage("true");
  assert.match(await told(), /^set aside: mine of your own config\.yaml; `trackers` of aero\.yaml/m);
  project.stage("true", {}, []);
  assert.match(await told(), /^set aside: board, mine of/m);
  project.commit({ stages: { train: { command: "true" } } });
  assert.equal(await told(), "");
});

Deno.test("the clauses of the contract leave nothing in the group that a tracker's config names, and it is said", async () => {
  await using project = new BoardProject();
  project.stage("true", {}, [{ use: "board", group: "cars" }]);

  const { code, err } = await project.aero(["tracker", "check", "--contract", "--only", "cursor"]);

  assert.equal(code, EXIT.ok, err());
  assert.match(err(), /^the clauses make runs at board, [^\n]*in the group "cars contract check"\n/);
});

Deno.test("a tracker that never answers is told as such by tracker list", async () => {
  await using project = new BoardProject();
  project.stage(LOSSES);
  project.boards.at().hangs = true;

  const { out } = await project.aero(["tracker", "list"]);

  assert.match(out(), /no: it does not answer/);
});
