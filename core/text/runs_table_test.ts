import assert from "node:assert/strict";
import { makeStyle } from "../cli/style.ts";
import type { RunSummary } from "../history/run_summary.ts";
import { parseDigest } from "../model/digest.ts";
import { parseRunId } from "../model/run_id.ts";
import { runsCsv, runsTable } from "./runs_table.ts";

const START = Date.parse("2026-01-31T12:00:00Z");
const styleOf = (columns?: number) =>
  makeStyle({
    colour: false,
    now: () => new Date(START + 120_000),
    ...(columns === undefined ? {} : { columns }),
  });

function summary(letter: string, fields: Partial<RunSummary> = {}): RunSummary {
  return {
    run: parseRunId(letter.repeat(16)),
    project: "bikes",
    stage: "train",
    state: "succeeded",
    grade: "reproducible",
    recordedGrade: "reproducible",
    startedAt: START,
    endedAt: START + 2500,
    exit: { how: "exited", code: 0 },
    version: parseDigest(`sha256:${"a".repeat(64)}`),
    commit: "c".repeat(40),
    subject: "first",
    group: "g",
    tags: [],
    user: "ada",
    host: "lab",
    params: { seed: 7, depth: 5 },
    metrics: {},
    inputs: {},
    outputs: {},
    ...fields,
  };
}

Deno.test("a table of runs shows metrics, and only the params that vary", () => {
  const runs = [
    summary("k", { metrics: { rmse: 41.25 } }),
    summary("m", { params: { seed: 7, depth: 9 }, metrics: { rmse: "NaN" }, tags: ["a", "b"] }),
  ];

  assert.equal(
    runsTable(runs, styleOf()),
    [
      "run               stage  state      grade         age        duration   rmse  depth  tags",
      "kkkkkkkkkkkkkkkk  train  succeeded  reproducible  2 min ago     2.5 s  41.25  5",
      "mmmmmmmmmmmmmmmm  train  succeeded  reproducible  2 min ago     2.5 s    NaN  9      a b",
      "",
    ].join("\n"),
  );
});

Deno.test("a table of runs shows what programs logged like the runs' own", () => {
  const logged = { params: { depth: 6, batch: "32" }, tags: { owner: "mira" }, inputs: [] };
  const runs = [summary("k", { logged }), summary("m", { tags: ["a"] })];

  const lines = runsTable(runs, styleOf()).split("\n").map((line) => line.trimEnd().split(/ {2,}/).slice(6));

  assert.deepEqual(lines.slice(0, 3), [["batch", "logged.depth", "tags"], ["32", "6", "owner=mira"], ["a"]]);
});

Deno.test("on a terminal of 80 cells no line is longer, metrics stay, and what is left out is named", () => {
  const metrics = { rmse: 41.25, mae: 30.5, r2: 0.875, loss: 0.125 };
  const table = runsTable([summary("k", { metrics }), summary("m", { params: { depth: 1 } })], styleOf(80));
  const [head = "", ...lines] = table.trimEnd().split("\n");

  assert.ok([head, ...lines].every((line) => line.length <= 80), table);
  assert.match(head, /^run {7}stage .* loss .*mae .*r2/);
  assert.match(lines.at(-1)!, /^no room for .*rmse.*; all: --csv$/);
});

Deno.test("a pipe gets no line of over 160 cells, ids in full, and the names of what is left out", () => {
  const logged = {
    params: Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`a_param_of_a_library_${i}`, i])),
    tags: {},
    inputs: [],
  };

  const lines = runsTable([summary("k", { logged }), summary("m")], styleOf()).trimEnd().split("\n");

  assert.deepEqual(lines.filter((line) => line.length > 160), []);
  assert.match(lines[0]!, /a_param_of_a_library_/);
  assert.match(lines[1]!, /^k{16} /);
  assert.match(lines.at(-1)!, /^no room for a_param_of_a_library_.* and \d+ more; all: --csv$/);
});

Deno.test("a run that goes on is shown with its duration so far", () => {
  const { endedAt: _endedAt, exit: _exit, ...running } = summary("k", { state: "running" });

  assert.match(runsTable([running], styleOf()), /running .* 2 min$/m);
});

Deno.test("runs of several projects are told apart", () => {
  assert.match(
    runsTable([summary("k"), summary("m", { project: "cars" })], styleOf()),
    /^run +project +stage/,
  );
});

Deno.test("names from records print no control characters", () => {
  const table = runsTable([summary("k", { metrics: { "a\x1b[2Jb": 1 }, tags: ["t\n"] })], styleOf());

  assert.equal(table.includes("\x1b"), false);
  assert.equal(table.split("\n").length, 3);
});

Deno.test("CSV has every param and metric, in full", () => {
  const csv = new TextDecoder().decode(
    runsCsv([summary("k", { metrics: { rmse: 41.123456789 }, note: "a, b" })]),
  );
  const [head = "", line = ""] = csv.split("\r\n");

  assert.match(head, /^run,project,stage,state,.*,params\.depth,params\.seed,metrics\.rmse$/);
  assert.match(
    line,
    /^k{16},bikes,train,succeeded,.*,2026-01-31T12:00:00\.000Z,.*,2\.5,0,.*"a, b".*,5,7,41\.123456789$/,
  );
});
