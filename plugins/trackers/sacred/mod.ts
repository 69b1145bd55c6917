import { defineTracker, type RegisteredTracker } from "../../../core/plugin/registry.ts";
import { sacredConfig } from "./config.ts";

/** Runs as the Sacred library keeps them in MongoDB, and Omniboard shows them. */
export const sacredTracker: RegisteredTracker = defineTracker({
  kind: "tracker",
  name: "sacred",
  summary: "A MongoDB database of Sacred, as Omniboard shows it",
  config: sacredConfig,
  variables: [
    {
      name: "AERO_MONGO_URI",
      summary: "Address with user and password, where `uri` and `uri_variable` say none",
    },
    { name: "MONGO_URI", summary: "Address with user and password, where AERO_MONGO_URI is not set" },
  ],
  // Runs belong to the experiment of their own project, and only what is listed can be narrowed.
  contractOptions: ({ experiment: _, ...options }) => options,
  // The driver behind it takes longer to load than all of the rest.
  open: async (config, context) => (await import("./open_sacred.ts")).openSacred(config, context),
});
