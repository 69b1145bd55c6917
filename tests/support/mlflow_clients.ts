import assert from "node:assert/strict";
import { ServedMlflow } from "./mlflow_program.ts";
import { mlflowVariable } from "./mlflow_subject.ts";
import { subjectOrSkip } from "./must_run.ts";

/** A test with each of the real clients; their programs check by themselves what they read back. */
export function withBoth(name: string, body: (served: ServedMlflow, major: 2 | 3) => Promise<void>): void {
  for (const major of [2, 3] as const) {
    Deno.test(`MLflow's client ${major}: ${name}`, async () => {
      const found = await subjectOrSkip(
        `mlflow${major}`,
        () => Promise.resolve().then(() => mlflowVariable(`AERO_TEST_MLFLOW${major}_PYTHON`)),
      );
      if ("skipped" in found) return;
      await using served = await ServedMlflow.start();
      await body(served, major);
    });
  }
}

/** What the program printed, after it ended well. */
export async function ran(
  served: ServedMlflow,
  major: 2 | 3,
  source: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { code, stdout, stderr } = await served.run(major, source, variables);
  assert.equal(code, 0, stderr);
  return stdout;
}

/** All params that were told, laid over each other. */
export function toldParams(served: ServedMlflow): Record<string, unknown> {
  return Object.assign({}, ...served.log.facts.map(({ params }) => params));
}
