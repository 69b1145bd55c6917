import type { EnvironmentPlugin } from "../../../core/plugin/registry.ts";
import { openEngine, PODMAN } from "../engine_cli/mod.ts";

/** Containers by podman, with or without root, with no daemon. */
export const podmanEnvironment: EnvironmentPlugin = {
  kind: "environment",
  name: "podman",
  summary: "Containers by podman, also without root",
  opens: "container",
  automatic: true,
  open: (context, first) => openEngine(PODMAN, context, first),
};
