import * as z from "zod";
import { defineCommand } from "./define.ts";

/** `aero storage user remove`. */
export const storageUserRemove = defineCommand({
  name: ["storage", "user", "remove"],
  summary: "Take somebody's keys to the storage server away",
  description:
    "Their keys end at once. What they stored stays. The user `admin`, by whose keys your own projects reach the server, " +
    "is removed with --force alone; `aero storage up` then makes new keys, whether the server runs or not.",
  examples: [
    { does: "Remove a user", run: "aero storage user remove ana" },
    {
      does: "Have new keys made for yourself, with `aero storage up` after it",
      run: "aero storage user remove admin --force",
    },
  ],
  positionals: [{ name: "name", required: true, describe: "Name of the user" }],
  input: z.strictObject({
    name: z.string(),
    force: z.boolean().default(false).describe("Also the user by whose keys your own projects reach it"),
    data: z.string().exactOptional().describe("Directory that the server keeps everything in"),
  }),
  async run(input, app) {
    const { removeServerUser } = await import("../actions/server_users.ts");
    return await removeServerUser(app, input);
  },
  text: ({ name, keys }) => `removed ${name}; ${keys.join(", ") || "no key"} opens nothing any more`,
});
