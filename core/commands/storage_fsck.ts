import * as z from "zod";
import { formatBytes, plural } from "../cli/human.ts";
import { EXIT, UserError } from "../errors.ts";
import { defineCommand } from "./define.ts";

/** `aero storage fsck`. */
export const storageFsck = defineCommand({
  name: ["storage", "fsck"],
  summary: "Read all that is stored, tell what is damaged or missing, and mend it",
  description:
    "Every byte is read and compared with its digest, and every name with what it stands for. Nothing is changed " +
    "without --repair: then what is damaged or missing is had from the cache or from another storage, checked, and " +
    "stored again; what is whole in a damaged pack is packed anew. Exits 5 if something is damaged still. Keys that " +
    "are not aero's are told of, and are no damage.",
  examples: [
    { does: "Check everything", run: "aero storage fsck" },
    { does: "Check names and sizes only", run: "aero storage fsck --quick" },
    { does: "Have the findings as JSON", run: "aero storage fsck --json" },
    { does: "Mend what is damaged from the cache", run: "aero storage fsck --repair" },
  ],
  positionals: [],
  input: z.strictObject({
    quick: z.boolean().default(false).describe("Look at names, sizes and the indexes of packs only"),
    repair: z.boolean().default(false).describe("Put right what can be"),
    from: z.array(z.string()).default([]).describe(
      "Another storage to mend from: a profile, local:PATH, or use=KIND,OPTION=VALUE,…",
    ),
    resume: z.boolean().default(false).describe("Go on where a check that was stopped has got to"),
  }),
  async run(input, app) {
    if (input.from.length > 0 && !input.repair) throw needsRepair();
    const { examineStorage } = await import("../actions/examine_storage.ts");
    return examineStorage(app, input);
  },
  text(item, style) {
    if (item.type === "finding") {
      const word = item.damage ? style.red("damage") : style.yellow("odd");
      return `${word}  ${item.kind}  ${item.message}`;
    }
    if (item.type === "repair") {
      const from = item.from === undefined ? "" : ` from ${item.from}`;
      return `${style.green(item.action)}  ${item.key}${from}`;
    }
    if (item.type === "loss") return `${style.red("left")}  ${item.kind}  ${item.message}`;
    const read = item.bytes === 0 && item.objects > 0
      ? `names and sizes of ${plural(item.objects, "object")}`
      : `${plural(item.objects, "object")}, ${formatBytes(item.bytes)}`;
    const mended = item.mended === 0 ? "" : `; ${item.mended} mended`;
    if (item.damaged === 0) return `${style.green("sound")}  ${read} in ${item.location}${mended}`;
    return `${style.red("damaged")}  ${
      plural(item.damaged, "finding")
    } in ${read} of ${item.location}${mended}`;
  },
  exitCode: (item) => item.type === "fsck" && item.damaged > 0 ? EXIT.corrupt : EXIT.ok,
});

function needsRepair(): UserError {
  return new UserError("flags_conflict", {
    what: "Cannot use --from without --repair",
    why: "a check alone takes nothing from another storage",
    fix: ["`aero storage fsck --repair --from …`"],
  });
}
