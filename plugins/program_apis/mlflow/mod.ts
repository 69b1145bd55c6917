import type { ProgramApiPlugin } from "../../../core/plugin/program_api.ts";
import { mlflowVariables } from "./variables.ts";

/** MLflow's tracking API inside runs, so that programs that log with MLflow's client need no change. */
export const mlflowApi: ProgramApiPlugin = {
  kind: "program-api",
  name: "mlflow",
  summary: "MLflow's tracking API: what programs log with MLflow's Python client",
  packages: ["mlflow", "mlflow-skinny", "mlflow-tracking"],
  // 2.x logs to the directory; 3.x to a database, and only files to the directory.
  leaves: ["mlruns", "mlflow.db"],
  variables: mlflowVariables,
  open: async (log, context) => {
    // Few commands run a program that asks for it.
    const { MlflowApi } = await import("./mlflow_api.ts");
    return new MlflowApi(log, context);
  },
};
