import assert from "node:assert/strict";
import { sampleSummary } from "../../tests/support/sample_run.ts";
import { requireKnownNames, requireMetrics } from "./known_names.ts";
import { parseSort } from "./sort.ts";
import { parseWhere } from "./where.ts";

const RUNS = [sampleSummary({ params: { model: { depth: 5 } }, metrics: { rmse: 41.25 } })];

const where = (text: string) => () => requireKnownNames(RUNS, { where: parseWhere(text) });

for (
  const text of [
    "metrics.rmse < 42",
    "params.model.depth > 4",
    "stage = unheard-of",
    "metrics.accuracy is null",
    "not (metrics.accuracy is not null)",
  ]
) {
  Deno.test(`${text} asks for nothing unknown`, () => where(text)());
}

Deno.test("a filter by a metric that no run has is refused with the nearest", () => {
  assert.throws(where("stage = train and metrics.rsme < 42"), {
    code: "metric_unknown",
    report: {
      what: 'Cannot find the metric "rsme" in any of the runs',
      why: "there are rmse",
      fix: ["write `metrics.rmse`"],
    },
  });
});

Deno.test("a filter by a param that no run has is refused with the nearest", () => {
  assert.throws(where("params.model.dept in (4, 5)"), {
    code: "param_unknown",
    report: {
      what: 'Cannot find the param "model.dept" in any of the runs',
      why: "there are model.depth",
      fix: ["write `params.model.depth`"],
    },
  });
});

Deno.test("an order by a metric that no run has is refused", () => {
  assert.throws(() => requireKnownNames(RUNS, { sort: parseSort("stage,-metrics.accuracy") }), {
    code: "metric_unknown",
  });
});

Deno.test("where there are no runs, nothing is unknown", () => {
  requireKnownNames([], { where: parseWhere("metrics.rmse < 42"), sort: parseSort("params.depth") });
});

Deno.test("requireMetrics() says so if there are none at all", () => {
  assert.throws(() => requireMetrics(["rmse"], []), {
    code: "metric_unknown",
    message: /they have no metrics/,
  });
});
