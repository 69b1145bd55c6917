import * as z from "zod";
import { addedUserText } from "../text/storage_server_text.ts";
import { defineCommand } from "./define.ts";

/** `aero storage user add`. */
export const storageUserAdd = defineCommand({
  name: ["storage", "user", "add"],
  summary: "Let somebody use the storage server, with keys of their own",
  description:
    "Prints the keys, and what to write where on their machine. The server may run; it knows them at once. Data that " +
    "`aero data import` left in place stay in their bucket, so who reruns what used them has to read that too.",
  examples: [
    { does: "Somebody who works with the group's bucket", run: "aero storage user add ana" },
    { does: "Somebody who only looks", run: "aero storage user add guest --read aero" },
    {
      does: "Somebody with a corner of their own",
      run: "aero storage user add bob --read aero --write scratch/bob/",
    },
    {
      does: "Somebody who also reads data that were imported in place, from a bucket of their own",
      run: "aero storage user add dan --write aero --read measurements",
    },
    { does: "Somebody with buckets of their own", run: "aero storage user add eve --write @owned" },
  ],
  positionals: [{ name: "name", required: true, describe: "Name of the user" }],
  input: z.strictObject({
    name: z.string(),
    write: z.array(z.string()).default([]).describe(
      "A bucket, a prefix in one (`bucket/prefix`), `*` for all, or `@owned` for buckets that they make themselves, to " +
        "read and write; default: aero",
    ),
    read: z.array(z.string()).default([]).describe(
      "A bucket, a prefix in one or `*`, to read only",
    ),
    data: z.string().exactOptional().describe("Directory that the server keeps everything in"),
  }),
  async run({ name, write, read, data }, app) {
    const { addServerUser, parseGrant } = await import("../actions/server_users.ts");
    const grants = [
      ...write.map((text) => parseGrant("write", text)),
      ...read.map((text) => parseGrant("read", text)),
    ];
    return await addServerUser(app, name, grants.length > 0 ? grants : [parseGrant("write", "aero")], data);
  },
  text: (user, style) => addedUserText(user, style),
});
