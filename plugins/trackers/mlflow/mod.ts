import { defineTracker, type RegisteredTracker } from "../../../core/plugin/registry.ts";
import { mlflowConfig } from "./config.ts";

/** Runs in an MLflow tracking server, 2.x or 3.x. */
export const mlflowTracker: RegisteredTracker = defineTracker({
  kind: "tracker",
  name: "mlflow",
  summary: "An MLflow tracking server, 2.x or 3.x",
  config: mlflowConfig,
  open: async (config, context) => (await import("./open_mlflow.ts")).openMlflow(config, context),
});
