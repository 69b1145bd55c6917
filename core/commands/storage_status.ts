import * as z from "zod";
import { EXIT } from "../errors.ts";
import { serverStatusText } from "../text/storage_server_text.ts";
import { defineCommand } from "./define.ts";

/** `aero storage status`. */
export const storageStatus = defineCommand({
  name: ["storage", "status"],
  summary: "Show whether the storage server of this machine runs",
  description: "Exits 4 if it does not run, or does not answer.",
  examples: [{ does: "See whether it runs, and where", run: "aero storage status" }],
  positionals: [],
  input: z.strictObject({
    data: z.string().exactOptional().describe("Directory that it keeps everything in"),
  }),
  async run({ data }, app) {
    const { serverStatus } = await import("../actions/stop_server.ts");
    return await serverStatus(app, data);
  },
  text: (server, style) => serverStatusText(server, style),
  exitCode: ({ state }) => state === "running" ? EXIT.ok : EXIT.outside,
});
