/** Parts of MLflow that are not served in a run, by how their paths go on below the API's root, and what to do instead. */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [
    /^(traces|get-online-trace-details|unified-traces|assessments)\b/,
    "Traces are not kept in runs of aero. Turn tracing off with `mlflow.tracing.disable()`, or log what is to be " +
    "kept as an artifact",
  ],
  [
    /^(datasets|scorers|prompt-optimization|issues|label-schemas|review-queues|gateway|webhooks|workspaces|jobs)\b/,
    "This part of MLflow is not served inside a run of aero; what a run logs is",
  ],
];

/** Why a path of MLflow's API is not served and what to do instead; `undefined` if it is no path of MLflow's. */
export function whyRefused(path: string): string | undefined {
  return REFUSED.find(([pattern]) => pattern.test(path))?.[1];
}
