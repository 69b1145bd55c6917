import * as z from "zod";
import { defineCommand } from "./define.ts";

/** `aero storage user remove`. */
export const storageUserRemove = defineCommand({
  name: ["storage", "user", "remove"],
  summary: "Take somebody's keys to the storage server away",
  description: "Their keys end at once. What they stored stays.",
  examples: [{ does: "Remove a user", run: "aero storage user remove ana" }],
  positionals: [{ name: "name", required: true, describe: "Name of the user" }],
  input: z.strictObject({
    name: z.string(),
    data: z.string().exactOptional().describe("Directory that the server keeps everything in"),
  }),
  async run({ name, data }, app) {
    const { removeServerUser } = await import("../actions/server_users.ts");
    return await removeServerUser(app, name, data);
  },
  text: ({ name, keys }) => `removed ${name}; ${keys.join(", ") || "no key"} opens nothing any more`,
});
