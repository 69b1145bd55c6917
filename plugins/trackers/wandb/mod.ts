import { defineTracker, type RegisteredTracker } from "../../../core/plugin/registry.ts";
import { wandbConfig } from "./config.ts";

/** Weights & Biases, in its cloud or on a server of one's own. */
export const wandbTracker: RegisteredTracker = defineTracker({
  kind: "tracker",
  name: "wandb",
  summary: "Weights & Biases, in its cloud or on a server of your own",
  config: wandbConfig,
  variables: [
    { name: "WANDB_API_KEY", summary: "Key; else that of the netrc file that `wandb login` writes" },
  ],
  contractOptions: (options, group = "aero") => ({
    ...options,
    project: `${group.slice(0, 100)} contract check`,
  }),
  open: async (config, context) => (await import("./open_wandb.ts")).openWandb(config, context),
});
