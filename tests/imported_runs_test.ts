// What is shown of runs that others' code made, once they are runs of a project.
import assert from "node:assert/strict";
import { EXIT } from "../core/errors.ts";
import type { ForeignRun } from "../core/plugin/tracker.ts";
import { BoardProject } from "./support/board_project.ts";
import type { MadeByOthers } from "./support/memory_tracker.ts";

const BARE: ForeignRun = {
  id: "abc",
  name: "bold-finch",
  group: "old",
  state: "succeeded",
  startedAt: 1_700_000_000_000,
  endedAt: 1_700_000_060_000,
  params: {},
  tags: {},
  inputs: [],
};
const KNOWN: ForeignRun = {
  ...BARE,
  user: "mira",
  params: { depth: 5 },
  source: { commit: "2d8ae6e6a3c3b1f0f1a55c7f3c1b3c9a4a1f2e70", remote: "https://git/x", branch: "main" },
  image: "python:3.12",
  inputs: [{ name: "counts", url: "s3://b/counts" }],
};

/** A project that has taken over one run. */
async function withImported(made: MadeByOthers): Promise<BoardProject> {
  const project = new BoardProject();
  project.stage("true");
  project.boards.at().others.set("abc", made);
  const { code, err } = await project.aero(["tracker", "import", "board:abc"]);
  assert.equal(code, EXIT.ok, err());
  return project;
}

/** The lines of a page under each title. */
function factsOf(page: string): Map<string, string[]> {
  const facts = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of page.split("\n\n")[0]!.split("\n").slice(1)) {
    const [, title = "", value = ""] = /^ {2}([a-z ]*?)(?: {2,})(.*)$/.exec(line) ?? [];
    if (title !== "") facts.set(title, lines = []);
    lines.push(value);
  }
  return facts;
}

Deno.test("show of an imported run of which nothing more is known says who made it, and nothing that is not so", async () => {
  await using project = await withImported({ run: BARE });

  const { out, err } = await project.aero(["show", "board:abc"]);

  const facts = factsOf(out());
  assert.deepEqual(
    [...facts.keys()],
    ["started", "grade", "imported", "tracker", "version", "aero"],
    out() + err(),
  );
  assert.deepEqual(facts.get("grade"), [
    "provenance: made by others' code; described as board has it, code and image are not kept",
  ]);
  assert.deepEqual(facts.get("aero"), ["0.0.0-test, which imported it"]);
  assert.deepEqual(facts.get("imported"), ["from board:abc bold-finch", "of old at memory board"]);
  assert.doesNotMatch(out(), /aero (logs|rerun|verify|checkout|metrics|artifact)/);
});

Deno.test("show of an imported run says what its tracker knew, and names only commands that work", async () => {
  await using project = await withImported({
    run: KNOWN,
    points: [{ name: "loss", value: 0.5, step: 1, at: 1_700_000_001_000 }],
    files: { "m.bin": "weights" },
    text: "epoch 1\n",
  });

  const { out } = await project.aero(["show", "board:abc"]);

  const facts = factsOf(out());
  assert.deepEqual(facts.get("code"), ["2d8ae6e6a3c3", "on branch main", "of https://git/x"]);
  assert.deepEqual(facts.get("image"), ["python:3.12"]);
  assert.deepEqual(facts.get("inputs"), ["counts s3://b/counts"]);
  assert.deepEqual(facts.get("user"), ["mira"]);
  assert.deepEqual(facts.get("params"), ["depth = 5"]);
  assert.equal(facts.has("host") || facts.has("command") || facts.has("platform"), false);
  const commands = [...out().matchAll(/ {2}aero (\S.*)$/gm)].map(([, words = ""]) => words.split(" "));
  assert.deepEqual(commands.map(([word]) => word), ["logs", "metrics", "artifact", "diff"]);
  for (const words of commands) {
    const args = words.map((word) => word === "DIR" ? "files" : word === "RUN" ? "board:abc" : word);
    const { code, err } = await project.aero(args);
    assert.equal(code, EXIT.ok, `${args}: ${err()}`);
  }
});

Deno.test("a checkout that is refused leaves no directory behind", async () => {
  await using project = await withImported({ run: BARE });

  const { code, err } = await project.aero(["checkout", "board:abc", "there"]);

  assert.equal(code, EXIT.user);
  assert.match(err(), /imported from board:abc: what ran there was not kept/);
  assert.throws(() => Deno.statSync(`${project.root}/there`), Deno.errors.NotFound);
});

Deno.test("logs of an imported run are what its tracker kept of them, also elsewhere", async () => {
  await using project = await withImported({ run: BARE, text: "epoch 1\nepoch 2 ✓\n" });

  const here = await project.aero(["logs", "board:abc"]);
  Deno.removeSync(`${project.root}/.aero`, { recursive: true });
  const elsewhere = await project.aero(["logs", "board:abc"]);

  for (const { code, out, err } of [here, elsewhere]) {
    assert.equal(code, EXIT.ok, err());
    assert.equal(out(), "epoch 1\nepoch 2 ✓\n");
    assert.doesNotMatch(err(), /taken over/);
  }
});

Deno.test("logs of an imported run without any say that none were taken over", async () => {
  await using project = await withImported({ run: BARE });

  const { code, out, err } = await project.aero(["logs", "board:abc"]);
  const onlyErr = await project.aero(["logs", "--stderr", "board:abc"]);

  assert.equal(code, EXIT.ok);
  assert.equal(out(), "");
  assert.match(err(), /nothing that it printed was taken over from board:abc; .*`aero show [k-z]{16}`/);
  assert.equal(onlyErr.err(), "");
});
