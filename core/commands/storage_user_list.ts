import * as z from "zod";
import { storageUserText } from "../text/storage_server_text.ts";
import { defineCommand } from "./define.ts";

/** `aero storage user list`. */
export const storageUserList = defineCommand({
  name: ["storage", "user", "list"],
  summary: "List who may use the storage server, and for what",
  examples: [{ does: "See who there is", run: "aero storage user list" }],
  positionals: [],
  input: z.strictObject({
    data: z.string().exactOptional().describe("Directory that the server keeps everything in"),
  }),
  async run({ data }, app) {
    const { listServerUsers } = await import("../actions/server_users.ts");
    return await listServerUsers(app, data);
  },
  text: (users, style) => users.map((user) => storageUserText(user, style)).join("\n"),
  json: (users) => users,
});
