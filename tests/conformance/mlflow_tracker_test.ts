import { trackerContract } from "../../core/plugin/conformance/tracker.ts";
import { mlflowSubject, mlflowVariable } from "../support/mlflow_subject.ts";
import { subjectOrSkip } from "../support/must_run.ts";

const SERVICES = {
  mlflow2: () => ({ uri: mlflowVariable("AERO_TEST_MLFLOW2_URI") }),
  mlflow3: () => ({ uri: mlflowVariable("AERO_TEST_MLFLOW3_URI") }),
  "mlflow3 with passwords": () => ({
    uri: mlflowVariable("AERO_TEST_MLFLOW_AUTH_URI"),
    user: mlflowVariable("AERO_TEST_MLFLOW_AUTH_USER"),
    password: mlflowVariable("AERO_TEST_MLFLOW_AUTH_PASSWORD"),
  }),
};

for (const [name, find] of Object.entries(SERVICES)) {
  Deno.test(`${name} meets the tracker contract`, async (t) => {
    const opened = await subjectOrSkip(name.split(" ")[0]!, async () => await mlflowSubject(find()));
    if ("skipped" in opened) return;
    await using subject = opened.subject;
    for (const clause of trackerContract) {
      const why = clause.skip?.(subject);
      const step = why === undefined ? clause.name : `${clause.name} (skipped: ${why})`;
      await t.step({ name: step, ignore: why !== undefined, fn: () => clause.run(subject) });
    }
  });
}
