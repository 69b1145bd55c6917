import assert from "node:assert/strict";
import { sampleSummary } from "../../tests/support/sample_run.ts";
import { UserError } from "../errors.ts";
import { parseWhere } from "./where.ts";

const DAY = 86_400_000;
const NOW = new Date(2026, 4, 20, 12, 0, 0).getTime();
// Started on the 18th of May at noon; took an hour and a half. Metrics, params and ids are those of the kept record.
const { branch: _branch, ...DETACHED } = sampleSummary({
  startedAt: NOW - 2 * DAY,
  endedAt: NOW - 2 * DAY + 5_400_000,
  tags: ["baseline", "paper"],
  params: {
    seed: 7,
    features: "lag",
    model: { depth: 5 },
    on: true,
    none: null,
    list: ["a", 1],
    "odd name": 1,
    text: "7",
    rate: "1e-05",
  },
  logged: {
    params: { batch: "10", seed: "8", on: "True" },
    tags: { owner: "mira", checked: "" },
    note: "by the program",
    inputs: [],
  },
});
const RUN = { ...DETACHED, branch: "main" };

const holds = (text: string, run = RUN) => parseWhere(text).holds(run, NOW);

for (
  const text of [
    'metrics.rmse < 42 and params.features = "lag"',
    "metrics.rmse = 41.25",
    "metrics.rmse >= 41.25 and metrics.rmse <= 41.25",
    "metrics.r2 = NaN",
    "metrics.nothing is null",
    "metrics.rmse is not null",
    "not metrics.nothing < 3",
    "params.seed = 7",
    "params.seed == 7.0",
    "params.text = 7",
    'params.text = "7"',
    "params.model.depth > 4",
    "params.batch = 10",
    "params.batch > 9",
    "params.batch <= 10",
    "params.rate < 0.1",
    "params.seed < 8",
    "params.logged.seed = 8",
    "params.logged.on is null",
    'tag = "owner=mira"',
    "tag = checked",
    "params.on = true",
    "params.on != false",
    "params.none is null",
    "params.list ~ a",
    "params.list ~ 1",
    'params."odd name" = 1',
    "params.features ~ LA",
    "params.features in (week, lag)",
    "params.features not in (week)",
    "tag = paper",
    "tags = 'paper'",
    "tag != other",
    "tag in (x, baseline)",
    "tag is not null",
    "state = succeeded",
    "stage = train AND NOT (state = failed OR state = lost)",
    "grade = reproducible",
    "verdict is null",
    "branch = main",
    "commit = 2d8ae6e",
    "commit = 2D8AE6E",
    "run = kmzy",
    "version ~ a",
    "exit = 0",
    "user = mira",
    "started > 3d",
    "started < 1d",
    "started = 2026-05-18",
    "started = 2026-05-18T12:00",
    "started >= 2026-05-18",
    "started <= 2026-05-18",
    "started < 2026-05-19",
    "started != 2026-05-19",
    "ended > 2026-05-18T13:29:59",
    "duration = 1h30m",
    "duration > 80m",
    "duration >= 5400",
    "state = failed or state = lost or state = succeeded",
    // "and" binds more tightly than "or".
    "state = succeeded or state = failed and state = lost",
  ]
) {
  Deno.test(`${text} holds`, () => assert.equal(holds(text), true));
}

for (
  const text of [
    "metrics.nothing < 3",
    "metrics.nothing != 3",
    "metrics.nothing not in (3)",
    "metrics.rmse = lag",
    "metrics.rmse > lag",
    "metrics.rmse ~ 41",
    "metrics.r2 < 1",
    "metrics.r2 > 1",
    "metrics.constructor is not null",
    'params.seed = "7"',
    "params.seed = 8",
    "params.batch < 9",
    "params.text > 60",
    "params.features < 3",
    "params.on > 0",
    "params.features not in (week, lag)",
    "tag != paper",
    "commit = 3d8ae6e",
    'run = ""',
    "started > 2026-05-18",
    "started < 2026-05-18",
    "started = 2026-05-18T12:01",
    "duration < 5400",
    "(state = succeeded or state = failed) and state = lost",
    "not state = succeeded",
    "not not state = failed",
  ]
) {
  Deno.test(`${text} does not hold`, () => assert.equal(holds(text), false));
}

Deno.test("the duration of a run that goes on counts to now", () => {
  const { endedAt: _endedAt, ...running } = RUN;

  assert.equal(parseWhere("duration = 2d").holds({ ...running, state: "running" }, NOW), true);
});

Deno.test("a filter tells its text and its fields", () => {
  const where = parseWhere("metrics.a < 3 or metrics.a > 4 and tag = x");

  assert.equal(where.text, "metrics.a < 3 or metrics.a > 4 and tag = x");
  assert.deepEqual(where.compared.map(({ name }) => name), ["metrics.a", "tag"]);
});

for (
  const [text, column, why] of [
    ["", 0, /a field is expected/],
    ["metrics.rmse", 12, /a comparison is expected/],
    ["metrics.rmse <", 14, /a value is expected/],
    ["metrics.rmse < 4 stage = x", 17, /`and` or `or`/],
    ["state = succeded", 8, /state is one of running, succeeded, failed, aborted, lost/],
    ["grade in (verified, tested)", 20, /grade is one of verified, /],
    ["verdict != same", 11, /verdict is one of identical, /],
    ["(stage = x", 10, /`\)` is expected/],
    ["stage = x)", 9, /`and` or `or`/],
    ["state in x", 9, /`\(` is expected/],
    ["stage in (x", 11, /`,` or `\)`/],
    ["state is x", 9, /`null` is expected/],
    ["state not x", 10, /`in` is expected/],
    ['stage = "x', 8, /not closed/],
    ["stage = ;", 8, /not part of a filter/],
    ["started > soon", 10, /2026-01-31/],
    ["started > 2026-02-30", 10, /2026-01-31/],
    ["duration > long", 11, /1h30m/],
    ["metrcs.rmse < 3", 0, /no field "metrcs\.rmse"/],
    ["metrics. < 3", 0, /no field "metrics\."/],
    ["stage = x and\tstat = y", 14, /no field "stat"/],
  ] as const
) {
  Deno.test(`the filter ${JSON.stringify(text)} is refused, pointing at column ${column}`, () => {
    assert.throws(() => parseWhere(text), (error) => {
      assert(error instanceof UserError);
      assert.equal(error.code, "where_invalid");
      assert.match(error.report.why!, why);
      assert.equal(error.report.why!.split("\n")[2], `  ${" ".repeat(column)}^`);
      return true;
    });
  });
}

Deno.test("a field that is not there names the near ones", () => {
  const fixOf = (text: string): string => {
    try {
      return parseWhere(text).text;
    } catch (error) {
      return (error as UserError).report.fix!.join();
    }
  };

  assert.match(fixOf("stat = x"), /`state`/);
  assert.match(fixOf("metrcs.rmse < 3"), /`metrics\.rmse`/);
  assert.match(fixOf("brunch = main"), /`branch`/);
  assert.match(fixOf("metric > 3"), /`metrics\.NAME`/);
  assert.match(fixOf("rmse < 3"), /`metrics\.rmse` or `params\.rmse`.*stage.*params\.NAME, metrics\.NAME/);
});

Deno.test("a filter nested without end is refused", () => {
  assert.throws(() => parseWhere("(".repeat(10_000) + "stage = x"), { code: "where_invalid" });
  assert.throws(() => parseWhere("not ".repeat(10_000) + "stage = x"), { code: "where_invalid" });
});
