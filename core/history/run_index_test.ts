// deno-lint-ignore-file aero/file-names -- beside run_index.ts, an index of a database
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { sampleSummary } from "../../tests/support/sample_run.ts";
import { OutsideError } from "../errors.ts";
import type { RunAnnotation } from "../model/annotation.ts";
import type { Digest } from "../model/digest.ts";
import type { Verdict, VerdictRecord } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import { openRunIndex } from "./run_index.ts";
import type { RunSummary } from "./run_summary.ts";
import { parseSort } from "./sort.ts";
import { parseWhere } from "./where.ts";

const id = (letter: string) => letter.repeat(16) as RunId;
const run = (letter: string, startedAt: number, changes: Partial<RunSummary> = {}) =>
  sampleSummary({ run: id(letter), startedAt, ...changes });
const verdict = (letter: string, at: number, given: Verdict): VerdictRecord => ({
  schema: "aero/verdict@1",
  run: id(letter),
  against: [id("z")],
  verdict: given,
  differences: [],
  at,
});
const ids = (runs: readonly RunSummary[]) => runs.map((summary) => summary.run[0]).join("");

async function withPath(test: (path: string) => void | Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await test(`${directory}/index.db`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("what is put in comes out as it was, also after reopening", () =>
  withPath((path) => {
    const summary = run("k", 1, { metrics: { a: "NaN", b: 0.1 }, params: { "ä": [1, null] } });
    {
      using index = openRunIndex(path);
      index.upsert(summary);
      index.upsert(run("l", 2));
    }
    using index = openRunIndex(path);

    assert.deepEqual(index.get(id("k")), summary);
    assert.equal(index.get(id("m")), undefined);
  }));

Deno.test("query() gives one project's runs, newest first, and filters, sorts and cuts them", () =>
  withPath((path) => {
    using index = openRunIndex(path);
    index.upsertMany([
      run("k", 1, { metrics: { rmse: 3 } }),
      run("l", 3, { metrics: { rmse: 1 }, stage: "clean" }),
      run("m", 2, { metrics: { rmse: 2 } }),
      run("n", 9, { project: "other" }),
    ]);
    const project = "bikes";

    assert.equal(ids(index.query({ project })), "lmk");
    assert.equal(ids(index.query({ project, limit: 1 })), "l");
    assert.equal(ids(index.query({ project, stage: "train" })), "mk");
    assert.equal(ids(index.query({ project, sort: parseSort("metrics.rmse") })), "lmk");
    assert.equal(ids(index.query({ project, sort: parseSort("-metrics.rmse"), limit: 2 })), "km");
    assert.equal(ids(index.query({ project, where: parseWhere("metrics.rmse > 1"), limit: 1 })), "m");
    assert.equal(ids(index.query({ project: "none" })), "");
  }));

Deno.test("a run that is put in again replaces what was there", () =>
  withPath((path) => {
    using index = openRunIndex(path);
    index.upsert(run("k", 1, { state: "running" }));
    index.upsert(run("k", 1, { state: "failed" }));

    assert.deepEqual(index.query({ project: "bikes" }).map((summary) => summary.state), ["failed"]);
  }));

Deno.test("runs are found by prefix, version and commit", () =>
  withPath((path) => {
    using index = openRunIndex(path);
    const version = `sha256:${"ab".repeat(32)}` as Digest;
    index.upsertMany([run("k", 1, { version }), run("l", 2, { commit: "c".repeat(40) }), run("z", 3)]);

    assert.equal(ids(index.byPrefix("k")), "k");
    assert.equal(ids(index.byPrefix("zz")), "z");
    assert.equal(ids(index.byPrefix("kl")), "");
    assert.equal(ids(index.byVersion("abab")), "k");
    assert.equal(ids(index.byVersion("abac")), "");
    assert.equal(ids(index.byCommits(["c".repeat(40)])), "l");
    assert.equal(ids(index.byCommits([])), "");
    assert.equal(index.versions().length, 2);
  }));

Deno.test("the newest verdict decides the grade of its run, whichever of both comes first", () =>
  withPath((path) => {
    using index = openRunIndex(path);
    index.addVerdicts([verdict("k", 5, "identical")]);
    index.upsertMany([run("k", 1), run("l", 1), run("m", 1, { grade: "draft", recordedGrade: "draft" })]);
    index.addVerdicts([
      verdict("l", 7, "different"),
      verdict("l", 6, "within_tolerance"),
      verdict("l", 6, "within_tolerance"),
      verdict("m", 7, "identical"),
    ]);

    assert.equal(index.get(id("k"))!.grade, "verified");
    assert.equal(index.get(id("l"))!.grade, "reproducible");
    assert.equal(index.get(id("l"))!.verdict, "different");
    assert.equal(index.get(id("m"))!.grade, "draft");
    assert.deepEqual(index.verdicts(id("l")).map((found) => found.at), [6, 7]);

    index.addVerdicts([verdict("k", 6, "different"), verdict("l", 8, "identical")]);

    assert.equal(index.get(id("k"))!.grade, "reproducible");
    assert.equal(index.get(id("l"))!.grade, "verified");
  }));

Deno.test("an index is to be filled until it is said to be, and again once it is cleared", () =>
  withPath((path) => {
    using index = openRunIndex(path);
    assert.equal(index.filled, false);
    index.markFilled();
    index.upsert(run("k", 1));
    assert.equal(index.filled, true);

    index.clear();

    assert.equal(index.filled, false);
    assert.equal(index.query({ project: "bikes" }).length, 0);
  }));

Deno.test("remove() takes a run out", () =>
  withPath((path) => {
    using index = openRunIndex(path);
    index.upsertMany([run("k", 1), run("l", 2)]);
    index.remove(id("k"));

    assert.equal(ids(index.query({ project: "bikes" })), "l");
  }));

for (
  const [what, spoil] of [
    ["is no database", (path: string) => Deno.writeTextFileSync(path, "x".repeat(9000))],
    ["is cut", (path: string) => Deno.truncateSync(path, 5000)],
    ["has damaged pages", (path: string) => {
      const bytes = Deno.readFileSync(path);
      Deno.writeFileSync(path, bytes.fill(255, 4096));
    }],
    ["is of another version", (path: string) => {
      const database = new DatabaseSync(path);
      database.exec("PRAGMA user_version = 99");
      database.close();
    }],
    ["is another program's", (path: string) => {
      Deno.removeSync(path);
      const database = new DatabaseSync(path);
      database.exec("CREATE TABLE run (x)");
      database.close();
    }],
  ] as const
) {
  Deno.test(`a file that ${what} is made anew`, () =>
    withPath((path) => {
      {
        using index = openRunIndex(path);
        index.upsert(run("k", 1));
        index.markFilled();
      }
      spoil(path);

      using index = openRunIndex(path);

      assert.equal(index.filled, false);
      index.upsert(run("l", 1));
      assert.equal(ids(index.query({ project: "bikes" })), "l");
    }));
}

Deno.test("several that have the index open see each other's runs", () =>
  withPath((path) => {
    using one = openRunIndex(path);
    using other = openRunIndex(path);
    one.upsert(run("k", 1));
    other.upsert(run("l", 2));

    assert.equal(ids(one.query({ project: "bikes" })), "lk");
    assert.equal(ids(other.query({ project: "bikes" })), "lk");
  }));

Deno.test("a place that cannot be written says so with the path", () => {
  assert.throws(
    () => openRunIndex("/nowhere/at/all/index.db"),
    (error) =>
      error instanceof OutsideError && error.code === "index_unavailable" &&
      error.report.what.includes("/nowhere"),
  );
});

Deno.test("annotations hold whether they or the run come first, also when the run is put in again", () =>
  withPath((path) => {
    const said = (at: number, changes: Partial<RunAnnotation>): RunAnnotation => ({
      schema: "aero/run-annotation@1",
      run: id("k"),
      by: "ada",
      host: "desk",
      at,
      ...changes,
    });
    const summary = run("k", 1, { tags: ["smoke"], note: "first" });
    using index = openRunIndex(path);
    index.addAnnotations([said(1, { tagged: ["paper"] })]);
    index.upsert(summary);
    index.addAnnotations([said(2, { untagged: ["smoke"], note: "" }), said(1, { tagged: ["paper"] })]);

    assert.deepEqual([index.get(id("k"))!.tags, index.get(id("k"))!.note], [["paper"], undefined]);

    index.upsert({ ...summary, state: "failed" });
    assert.deepEqual(index.query({ where: parseWhere("tag = paper and state = failed") })[0]!.tags, [
      "paper",
    ]);

    index.clear();
    index.upsert(summary);
    assert.deepEqual(index.get(id("k")), summary);
  }));
