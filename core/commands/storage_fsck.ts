import * as z from "zod";
import { formatBytes, plural } from "../cli/human.ts";
import { EXIT } from "../errors.ts";
import { defineCommand } from "./define.ts";

/** `aero storage fsck`. */
export const storageFsck = defineCommand({
  name: ["storage", "fsck"],
  summary: "Read all that is stored, and tell what is damaged or missing",
  description:
    "Every byte is read and compared with its digest, and every name with what it stands for; nothing is changed. " +
    "Exits 5 if something is damaged. Keys that are not aero's are told of, and are no damage.",
  examples: [
    { does: "Check everything", run: "aero storage fsck" },
    { does: "Have the findings as JSON", run: "aero storage fsck --json" },
  ],
  positionals: [],
  input: z.strictObject({}),
  async run(_input, app) {
    const { examineStorage } = await import("../actions/examine_storage.ts");
    return examineStorage(app);
  },
  text(item, style) {
    if (item.type === "finding") {
      const word = item.damage ? style.red("damage") : style.yellow("odd");
      return `${word}  ${item.kind}  ${item.message}`;
    }
    const read = `${plural(item.objects, "object")}, ${formatBytes(item.bytes)}`;
    if (item.damaged === 0) return `${style.green("sound")}  ${read} in ${item.location}`;
    return `${style.red("damaged")}  ${plural(item.damaged, "finding")} in ${read} of ${item.location}`;
  },
  exitCode: (item) => item.type === "finding" && item.damage ? EXIT.corrupt : EXIT.ok,
});
