// Which of a tracker's runs its name stands for.
import assert from "node:assert/strict";
import { EXIT } from "../core/errors.ts";
import type { ForeignRun } from "../core/plugin/tracker.ts";
import { BoardProject } from "./support/board_project.ts";

/** A run that others' code made. */
function foreign(changes: Partial<ForeignRun> = {}): ForeignRun {
  return {
    id: "abc",
    name: "bold-finch",
    group: "old models/2024",
    state: "succeeded",
    startedAt: 1_700_000_000_000,
    endedAt: 1_700_000_060_000,
    params: {},
    tags: {},
    inputs: [],
    ...changes,
  };
}

/** A tracker that has a run of this project, and two that others made. */
function crowd(project: BoardProject): void {
  const { others } = project.boards.at();
  others.set("own", { run: foreign({ id: "own", group: "toy" }) });
  others.set("abc", { run: foreign() });
  others.set("def", { run: foreign({ id: "def", group: "cars" }) });
}

Deno.test("in a project a tracker's name stands for the project's own runs, and others' are asked for", async () => {
  await using project = new BoardProject();
  project.stage("true");
  crowd(project);
  const ids = async (from: string) => {
    const { out } = await project.aero(["--json", "list", "--from", from]);
    return out().trim().split("\n").map((line) => JSON.parse(line).id);
  };

  assert.deepEqual(await ids("board"), ["own"]);
  assert.deepEqual(await ids("board:*"), ["own", "abc", "def"]);
  assert.deepEqual(await ids("board:cars"), ["def"]);
  const own = await project.aero(["tracker", "import", "board"]);
  assert.match(own.out(), /^board:own .*\n1 run imported/);
  const all = await project.aero(["tracker", "import", "board", "--group", "*"]);
  assert.match(all.out(), /\n2 runs imported, 1 known already/);
});

Deno.test("the group that a tracker's config names goes before the project's own", async () => {
  await using project = new BoardProject();
  project.stage("true", {}, [{ use: "board", group: "cars" }]);
  crowd(project);

  const { out } = await project.aero(["--json", "list", "--from", "board"]);

  assert.deepEqual(out().trim().split("\n").map((line) => JSON.parse(line).id), ["def"]);
});

Deno.test("a project's group that has nothing yet is no error, and says how to see the others'", async () => {
  await using project = new BoardProject();
  project.stage("true");
  project.boards.at().others.set("abc", { run: foreign() });

  const listed = await project.aero(["list", "--from", "board"]);
  const imported = await project.aero(["tracker", "import", "board"]);

  assert.equal(listed.code, EXIT.ok, listed.err());
  assert.match(listed.err(), /board has no runs in "toy".*`aero list --from 'board:\*'`/);
  assert.equal(imported.code, EXIT.ok, imported.err());
  project.stage("true", {}, [{ use: "board", group: "none" }]);
  const other = await project.aero(["list", "--from", "board"]);
  assert.match(other.err(), /no runs in "none", the group of its config; .*`aero list --from board:GROUP`/);
  assert.match(imported.out(), /^0 runs imported/);
});

Deno.test("outside a project all runs of a tracker are listed, and it is said", async () => {
  await using project = new BoardProject();
  crowd(project);
  const config = `${project.env.XDG_CONFIG_HOME}/aero`;
  const cwd = project.git.beside("nowhere");
  Deno.mkdirSync(config, { recursive: true });
  Deno.mkdirSync(cwd);
  Deno.writeTextFileSync(`${config}/config.yaml`, "trackers: [{ use: board }]\n");

  const { out, err } = await project.aero(["list", "--from", "board"], { cwd });

  assert.match(out(), /board:own [^]*board:abc [^]*board:def /);
  assert.match(err(), /in no project: runs of all groups of board/);
});

Deno.test("a group that a tracker does not have is an error that names the nearest", async () => {
  await using project = new BoardProject();
  project.stage("true");
  crowd(project);

  for (const args of [["list", "--from", "board:carz"], ["tracker", "import", "board", "--group", "carz"]]) {
    const { code, err } = await project.aero(args);

    assert.equal(code, EXIT.user, args.join(" "));
    assert.match(err(), /Cannot find the group "carz"[^]*write `cars`/);
  }
});

Deno.test("what a limit leaves out of a tracker's runs is said, and only then", async () => {
  await using project = new BoardProject();
  project.stage("true");
  crowd(project);

  const cut = await project.aero(["list", "--from", "board:*", "--limit", "2"]);
  const whole = await project.aero(["list", "--from", "board:*", "--limit", "3"]);

  assert.match(
    cut.err(),
    /2 runs, and there are more: `--limit N`; all of them: `aero list --from 'board:\*' --all`/,
  );
  assert.doesNotMatch(cut.out(), /board:def/);
  assert.equal(whole.err(), "");
});
