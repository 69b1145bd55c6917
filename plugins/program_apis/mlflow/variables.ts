import type { ProgramApiAddress } from "../../../core/plugin/program_api.ts";

/**
 * What MLflow's client reads. No run is named: a program that begins several runs, or begins them in processes of its
 * own, would have them all in one, where a param that differs between them fails it.
 */
export function mlflowVariables({ url, token }: ProgramApiAddress): Readonly<Record<string, string>> {
  return {
    MLFLOW_TRACKING_URI: url,
    MLFLOW_TRACKING_TOKEN: token,
    // Use of the program is nobody's business, and without a network it would wait for that.
    MLFLOW_DISABLE_TELEMETRY: "true",
    // The address ends with the run, so its links lead nowhere.
    MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT: "true",
    // Images without git are no reason for a page of warnings: aero knows the commit.
    GIT_PYTHON_REFRESH: "quiet",
  };
}
