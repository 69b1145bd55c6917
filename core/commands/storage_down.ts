import * as z from "zod";
import { serverStatusText } from "../text/storage_server_text.ts";
import { defineCommand } from "./define.ts";

/** `aero storage down`. */
export const storageDown = defineCommand({
  name: ["storage", "down"],
  summary: "Stop the storage server of this machine",
  description: "Requests under way are answered first. Data, keys and users stay.",
  examples: [{ does: "Stop it", run: "aero storage down" }],
  positionals: [],
  input: z.strictObject({
    data: z.string().exactOptional().describe("Directory that it keeps everything in"),
  }),
  async run({ data }, app) {
    const { stopServer } = await import("../actions/stop_server.ts");
    return await stopServer(app, data);
  },
  text: (server, style) => serverStatusText(server, style),
});
