import { defineTracker, type RegisteredTracker } from "../../../core/plugin/registry.ts";
import { mlflowConfig } from "./config.ts";

/** Runs in an MLflow tracking server, 2.x or 3.x. */
export const mlflowTracker: RegisteredTracker = defineTracker({
  kind: "tracker",
  name: "mlflow",
  summary: "An MLflow tracking server, 2.x or 3.x",
  config: mlflowConfig,
  variables: [
    { name: "MLFLOW_TRACKING_URI", summary: "Address of the server, where `uri` says none" },
    { name: "MLFLOW_TRACKING_USERNAME", summary: "Name, with MLFLOW_TRACKING_PASSWORD" },
    { name: "MLFLOW_TRACKING_PASSWORD", summary: "Password, with MLFLOW_TRACKING_USERNAME" },
    { name: "MLFLOW_TRACKING_TOKEN", summary: "Token, where there is no name" },
  ],
  contractOptions: (options, group) =>
    group === undefined ? options : { ...options, experiment: `${group.slice(0, 400)} contract check` },
  open: async (config, context) => (await import("./open_mlflow.ts")).openMlflow(config, context),
});
