import { defineService } from "../../core/plugin/service.ts";
import { answers } from "./answers.ts";
import { clientLines } from "./client_lines.ts";
import { CONFIG } from "./config.ts";

/** The bundled server of objects, for one machine: the S3 API over a directory. */
export const objectServer = defineService({
  kind: "service",
  name: "object-server",
  summary: "Serves the S3 API over a directory, to one machine or a group",
  config: CONFIG,
  start: async (config, context) => await (await import("./start_server.ts")).startServer(config, context),
  accounts: async (config, context) =>
    await (await import("./server_accounts.ts")).openAccounts(config, context),
  answers,
  clients: clientLines,
});
