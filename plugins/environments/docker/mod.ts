import type { EnvironmentPlugin } from "../../../core/plugin/registry.ts";
import { DOCKER, openEngine } from "../engine_cli/mod.ts";

/** Containers by a docker daemon. */
export const dockerEnvironment: EnvironmentPlugin = {
  kind: "environment",
  name: "docker",
  summary: "Containers by a docker daemon",
  opens: "container",
  automatic: true,
  open: (context, first) => openEngine(DOCKER, context, first),
};
