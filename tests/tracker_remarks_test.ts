// Tags and notes that runs get later reach trackers: at once, or by `aero sync`.
import assert from "node:assert/strict";
import { EXIT } from "../core/errors.ts";
import type { RunId } from "../core/model/run_id.ts";
import { BoardProject, LOSSES } from "./support/board_project.ts";

const TWO = [{ use: "board", name: "up", at: "up" }, { use: "board", name: "down", at: "down" }];

/** A run at its trackers. */
async function begun(trackers: readonly Readonly<Record<string, string>>[] = [{ use: "board" }]) {
  const project = new BoardProject();
  project.stage(LOSSES, {}, trackers);
  const { run } = await project.record({ tag: ["first"] });
  return { project, run, at: (name?: string) => project.boards.at(name).show(run) };
}

const warnings = (err: string) => err.split("\n").filter((line) => line.startsWith("warning:"));

Deno.test("tags and a note that a run gets later are at its tracker when the command has ended", async () => {
  const { project, at } = await begun();
  await using _project = project;

  const tagged = await project.aero(["tag", "@last", "paper", "seen"]);
  const untagged = await project.aero(["tag", "@last", "first", "seen", "--remove"]);
  const noted = await project.aero(["note", "@last", "the one in figure 3"]);

  assert.deepEqual([tagged.code, untagged.code, noted.code], [EXIT.ok, EXIT.ok, EXIT.ok], noted.err());
  assert.deepEqual([at().tags, at().note, at().state], [["paper"], "the one in figure 3", "succeeded"]);

  await project.aero(["note", "@last", ""]);
  assert.equal(at().note, "");
});

Deno.test("a tracker that was told is not told again", async () => {
  const { project, run } = await begun();
  await using _project = project;
  await project.aero(["tag", "@last", "paper"]);

  await project.aero(["tag", "@last", "paper"]);
  await project.aero(["sync"]);

  assert.equal(project.boards.at().runs.get(run)!.remarks.length, 1);
});

Deno.test("a tracker that is away is told by sync, and the command says so with exit 3", async () => {
  const { project, run, at } = await begun(TWO);
  await using _project = project;
  project.boards.at("down").down = true;

  const { code, err } = await project.aero(["tag", "@last", "paper"]);
  const away = await project.aero(["--json", "sync"]);
  const text = await project.aero(["sync"]);
  const listed = await project.aero(["tracker", "list"]);
  project.boards.at("down").down = false;
  const dry = await project.aero(["--json", "sync", "--dry-run"]);
  const back = await project.aero(["sync"]);

  assert.equal(code, EXIT.lagging);
  assert.deepEqual(warnings(err()), [
    `warning: what was said of run ${run} waits on this machine for down at memory down: Cannot reach memory; ` +
    "send it: `aero sync`",
  ]);
  assert.deepEqual(at("up").tags, ["first", "paper"]);
  assert.equal(away.code, EXIT.lagging);
  const synced = away.out().trim().split("\n").map((line) => JSON.parse(line))
    .find(({ tracker }) => tracker === "down");
  assert.deepEqual([synced.remarks, synced.remarksLeft, synced.why], [0, 1, "Cannot reach memory"]);
  assert.match(text.out(), /what was said later of 1 run still waits: Cannot reach memory\n/);
  assert.match(listed.out(), /down .* 0 runs, and what was said of 1 +no: Cannot reach memory/);
  assert.match(listed.out(), /up .* 0 runs +yes/);
  assert.match(dry.out(), /"tracker":"down".*"remarks":1/);
  assert.equal(back.code, EXIT.ok, back.err());
  assert.match(back.out(), /Sent what was said later of 1 run to down at memory down/);
  assert.deepEqual(at("down").tags, ["first", "paper"]);
});

Deno.test("saying the same again tells a tracker that was away the first time", async () => {
  const { project, at } = await begun();
  await using _project = project;
  project.boards.at().down = true;
  await project.aero(["tag", "@last", "paper"]);
  project.boards.at().down = false;

  const { code, out } = await project.aero(["tag", "@last", "paper"]);

  assert.equal(code, EXIT.ok);
  assert.match(out(), /^Unchanged: /);
  assert.deepEqual(at().tags, ["first", "paper"]);
});

Deno.test("a tracker that never answers holds up nobody for long, and is told of", async () => {
  const { project } = await begun();
  await using _project = project;
  project.boards.at().hangs = true;
  const interrupt = new AbortController();

  const tagging = project.aero(["tag", "@last", "paper"], { signal: interrupt.signal });
  const kept = () =>
    [...Deno.readDirSync(`${project.storagePath}/runs/toy`)].some(({ name }) =>
      [...Deno.readDirSync(`${project.storagePath}/runs/toy/${name}`)].some(({ name }) =>
        name === "annotations"
      )
    );
  await until(kept, tagging);
  interrupt.abort(new DOMException("Interrupted", "AbortError"));

  assert.notEqual((await tagging).code, EXIT.ok);
});

Deno.test("--offline tells no tracker, and says what waits", async () => {
  const { project, run } = await begun();
  await using _project = project;

  const { code, err } = await project.aero(["tag", "@last", "paper", "--offline"]);

  assert.equal(code, EXIT.lagging);
  assert.match(err(), /what was said of run .* waits on this machine for board .*--offline/);
  assert.equal(project.boards.at().runs.get(run)!.remarks.length, 0);
});

Deno.test("what is remembered of trackers can be lost: sync tells them again, and that is as once", async () => {
  const { project, at } = await begun();
  await using _project = project;
  await project.aero(["tag", "@last", "paper"]);
  for (const { name } of Deno.readDirSync(`${project.root}/.aero`)) {
    if (name.startsWith("trackers.db")) Deno.removeSync(`${project.root}/.aero/${name}`);
  }

  const { code, out } = await project.aero(["sync"]);

  assert.equal(code, EXIT.ok);
  assert.match(out(), /Sent what was said later of 1 run to .*; it had 1 run already/);
  assert.deepEqual(at().tags, ["first", "paper"]);
});

Deno.test("what is said of a run that goes on is told, and once more behind its end", async () => {
  await using project = new BoardProject();
  const gate = project.git.beside("gate");
  project.stage(`while [ ! -e ${gate} ]; do sleep 0.05; done`);
  const service = project.boards.at();

  const running = project.aero(["run"]);
  await until(() => service.runs.size === 1, running);
  const [run] = [...service.runs.keys()] as [RunId];
  const { code } = await project.aero(["tag", run, "paper"]);
  const during = service.show(run);
  Deno.writeTextFileSync(gate, "");
  const ended = await running;

  assert.deepEqual([code, ended.code], [EXIT.ok, EXIT.ok]);
  assert.deepEqual([during.state, during.tags], ["running", ["paper"]]);
  assert.deepEqual([service.show(run).state, service.show(run).tags], ["succeeded", ["paper"]]);
  assert.equal(service.runs.get(run)!.remarks.length, 2);
});

Deno.test("a run from before the tracker was configured is told of when sync has sent it", async () => {
  await using project = new BoardProject();
  project.stage(LOSSES, {}, []);
  const { run } = await project.record();
  await project.aero(["tag", "@last", "paper"]);
  project.stage(LOSSES);

  const { code, out } = await project.aero(["sync"]);

  assert.equal(code, EXIT.ok);
  assert.match(out(), /Sent 1 run, and what was said later of 1 run to board/);
  assert.deepEqual(project.boards.at().show(run).tags, ["paper"]);
});

/** A project with two trackers, of which the first has a run that others' code made, imported as `board:abc`. */
async function imported() {
  const project = new BoardProject();
  project.stage(LOSSES, {}, [{ use: "board" }, { use: "board", name: "other", at: "other" }]);
  const foreign = {
    id: "abc",
    name: "old",
    group: "old",
    state: "succeeded",
    startedAt: 1,
    endedAt: 2,
    params: {},
    tags: {},
    inputs: [],
    url: "memory://abc",
  } as const;
  project.boards.at().others.set("abc", { run: foreign });
  await project.aero(["tracker", "import", "board:abc"]);
  return project;
}

Deno.test("no tracker waits for what is said of an imported run that was not sent to it", async () => {
  await using project = await imported();

  const before = await project.aero(["tag", "@last", "paper"]);
  const sent = await project.aero(["tracker", "export", "board:abc", "--to", "other"]);
  const [run] = [...project.boards.at("other").runs.keys()] as [RunId];
  const exported = project.boards.at("other").show(run).tags;
  const after = await project.aero(["tag", "board:abc", "seen"]);
  const synced = await project.aero(["sync"]);

  assert.deepEqual([before.code, warnings(before.err())], [EXIT.ok, []]);
  assert.equal(sent.code, EXIT.ok, sent.err());
  assert.deepEqual(exported, ["paper"]);
  assert.deepEqual([after.code, warnings(after.err())], [EXIT.ok, []]);
  assert.deepEqual(project.boards.at("other").show(run).tags, ["paper", "seen"]);
  assert.equal(synced.code, EXIT.ok, synced.out());
  assert.equal(project.boards.at().runs.size, 0);
});

Deno.test("a tag on an imported run says that it is not shown where the run is from", async () => {
  await using project = await imported();

  const { code, err } = await project.aero(["tag", "@last", "paper"]);

  assert.equal(code, EXIT.ok);
  assert.match(err(), /the run is board's own, and board is not told of this: say it there/);
});

Deno.test("a tracker that was remembered to have an imported run, and has not, owes nothing once it was asked", async () => {
  await using project = await imported();
  const run = (JSON.parse((await project.aero(["list", "--json"])).out()) as { run: RunId }).run;
  await project.use(async (_, app) => {
    const trackers = await app.trackers();
    (await trackers.book()).note((await trackers.all())[0]!, run, { complete: true });
  });

  const tagged = await project.aero(["tag", "@last", "paper"]);
  const synced = await project.aero(["sync"]);

  assert.deepEqual([tagged.code, warnings(tagged.err())], [EXIT.ok, []]);
  assert.equal(synced.code, EXIT.ok, synced.out());
});

Deno.test("a tracker that lost a run gets it again with what was said of it, by sync", async () => {
  const { project, run, at } = await begun();
  await using _project = project;
  project.boards.at().runs.clear();

  const tagged = await project.aero(["tag", "@last", "paper"]);
  const synced = await project.aero(["sync"]);

  assert.equal(tagged.code, EXIT.lagging);
  assert.equal(synced.code, EXIT.ok, synced.out());
  assert.deepEqual([at().state, at().tags], ["succeeded", ["first", "paper"]]);
  assert.equal(project.boards.at().runs.get(run)!.remarks.length, 1);
});

/** Waits for something that a command does while it goes on; one that ended without it will not. */
async function until(condition: () => boolean, command: Promise<unknown>): Promise<void> {
  let over = false;
  command.then(() => over = true, () => over = true);
  while (!condition()) {
    assert.ok(!over, "the command ended without it");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
