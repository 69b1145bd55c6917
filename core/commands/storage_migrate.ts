import * as z from "zod";
import { formatBytes, plural } from "../cli/human.ts";
import { EXIT } from "../errors.ts";
import { defineCommand } from "./define.ts";

/** `aero storage migrate`. */
export const storageMigrate = defineCommand({
  name: ["storage", "migrate"],
  summary: "Copy all that one storage has to another",
  description:
    "Objects come first, each checked against its digest on the way, then names: runs, versions, labels and aliases " +
    "keep their ids and numbers. The old storage is never changed, and others may go on using it. Stopped, it goes on " +
    "where it was; typed again, it copies what has come since. A storage is a profile of yours, local:PATH, " +
    "use=KIND,OPTION=VALUE,…, or . for the one of this project. Exits 5 if something was damaged.",
  examples: [
    { does: "Copy this project's storage to another disk", run: "aero storage migrate . local:backup" },
    {
      does: "Copy it, and read all of the copy afterwards",
      run: "aero storage migrate . local:backup --verify",
    },
  ],
  positionals: [
    { name: "from", required: true, describe: "Storage to copy from" },
    { name: "to", required: true, describe: "Storage to copy to; may be empty" },
  ],
  input: z.strictObject({
    from: z.string(),
    to: z.string(),
    verify: z.boolean().default(false).describe("Read and check all of the copy afterwards"),
  }),
  async run({ from, to, verify }, app) {
    const { migrateStorage } = await import("../actions/migrate_storage.ts");
    return migrateStorage(app, { from, to }, { verify });
  },
  text(item, style) {
    if (item.type === "migrate-fault") {
      return `${style.red("damage")}  in the ${
        item.where === "from" ? "old" : "new"
      } storage: ${item.message}`;
    }
    const there = item.objectsPresent + item.namesPresent === 0
      ? ""
      : `; ${plural(item.objectsPresent, "object")} and ${plural(item.namesPresent, "name")} were there`;
    const proof = item.faults > 0
      ? style.red(plural(item.faults, "fault"))
      : style.green(item.verified ? "all of it read and right" : "nothing is missing");
    return [
      `${style.bold("copied")}  ${plural(item.objects, "object")}, ${formatBytes(item.bytes)}, and ` +
      `${plural(item.names, "name")} to ${item.to}${there}; ${proof}`,
      `To use it, write in aero.yaml:  ${item.config}`,
    ].join("\n");
  },
  exitCode: (item) => item.type === "migrate" && item.faults > 0 ? EXIT.corrupt : EXIT.ok,
});
