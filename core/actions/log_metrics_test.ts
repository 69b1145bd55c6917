import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { logMetrics, metricsLine } from "./log_metrics.ts";

for (
  const [words, step, line] of [
    [["loss=0.1", "acc=0.9"], "3", '{"step":3,"loss":0.1,"acc":0.9}'],
    [["a=b=1"], undefined, '{"a=b":1}'],
    [['q"=-.5'], undefined, '{"q\\"":-0.5}'],
    [["x=007.50E+02"], undefined, '{"x":7.50e+02}'],
    [["x=+5."], undefined, '{"x":5}'],
    [["x=nan", "y=-inf", "z=Infinity"], "-1", '{"step":-1,"x":"NaN","y":"-Infinity","z":"Infinity"}'],
    [["x=000"], undefined, '{"x":0}'],
  ] as const
) {
  Deno.test(`metricsLine() of ${words.join(" ")}`, () => {
    assert.equal(metricsLine({ metrics: words, ...(step === undefined ? {} : { step }) }), line);
    JSON.parse(line);
  });
}

for (const word of ["loss", "=1", "step=1", "x=", "x=.", "x=1e", "x=0x1", "x=1_000", "x=1 ", "x=--1"]) {
  Deno.test(`metricsLine() refuses ${JSON.stringify(word)}`, () => {
    assert.throws(
      () => metricsLine({ metrics: [word] }),
      (error) => error instanceof UserError && error.code === "metric_invalid",
    );
  });
}

Deno.test("metricsLine() refuses a step that is not finite", () => {
  assert.throws(() => metricsLine({ metrics: ["x=1"], step: "nan" }), /not a finite number/);
});

Deno.test("logMetrics() adds lines at the end of the file", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/metrics.jsonl`;
    logMetrics(path, { metrics: ["a=1"] });
    logMetrics(path, { metrics: ["a=2"] });

    assert.equal(await Deno.readTextFile(path), '{"a":1}\n{"a":2}\n');
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("logMetrics() outside of a run says so", () => {
  for (const path of [undefined, ""]) {
    assert.throws(
      () => logMetrics(path, { metrics: ["a=1"] }),
      (error) => error instanceof UserError && error.code === "not_in_run",
    );
  }
});
