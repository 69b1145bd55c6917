import * as z from "zod";
import { EXIT, UserError } from "../errors.ts";
import { examinationLine, fewOfEach } from "../text/findings_text.ts";
import { defineCommand } from "./define.ts";

/** `aero storage fsck`. */
export const storageFsck = defineCommand({
  name: ["storage", "fsck"],
  summary: "Read all that is stored, tell what is damaged or missing, and mend it",
  description:
    "Every byte is read and compared with its digest, and every name with what it stands for. Nothing is changed " +
    "without --repair: then what is damaged or missing is had from the cache, from another storage or from files, " +
    "checked, and stored again; what is whole in a damaged pack is packed anew. Exits 5 if something is damaged still. " +
    "Keys that are not aero's are told of, and are no damage. Of what is alike the first few are told, and how many; with --json " +
    "each is.",
  examples: [
    { does: "Check everything", run: "aero storage fsck" },
    { does: "Check names and sizes only", run: "aero storage fsck --quick" },
    { does: "Have the findings as JSON", run: "aero storage fsck --json" },
    { does: "Mend what is damaged from the cache", run: "aero storage fsck --repair" },
    {
      does: "Mend it from the data as it was added, or a backup of it",
      run: "aero storage fsck --repair --files data",
    },
  ],
  positionals: [],
  input: z.strictObject({
    quick: z.boolean().default(false).describe("Look at names, sizes and the indexes of packs only"),
    repair: z.boolean().default(false).describe("Put right what can be"),
    from: z.array(z.string()).default([]).describe(
      "Another storage to mend from: a profile, local:PATH, or use=KIND,OPTION=VALUE,…",
    ),
    files: z.array(z.string()).default([]).describe(
      "A file or directory to mend from, whatever the names in it: what was added, or a copy",
    ),
    resume: z.boolean().default(false).describe("Go on where a check that was stopped has got to"),
  }),
  async run(input, app) {
    if (input.from.length > 0 && !input.repair) throw needsRepair("--from");
    if (input.files.length > 0 && !input.repair) throw needsRepair("--files");
    const { examineStorage } = await import("../actions/examine_storage.ts");
    const items = examineStorage(app, input);
    return app.globals.json ? items : fewOfEach(items);
  },
  text: (item, style, { repair }) => {
    const line = examinationLine(item, style);
    if (item.type !== "fsck" || item.damaged === 0) return line;
    const next = repair
      ? "from another copy of it: aero storage fsck --repair --from STORAGE, or --files PATH"
      : "mend what can be: aero storage fsck --repair";
    return `${line}\n  ${style.dim(next)}`;
  },
  exitCode: (item) => item.type === "fsck" && item.damaged > 0 ? EXIT.corrupt : EXIT.ok,
});

function needsRepair(flag: string): UserError {
  return new UserError("flags_conflict", {
    what: `Cannot use ${flag} without --repair`,
    why: "a check alone takes nothing from elsewhere",
    fix: [`\`aero storage fsck --repair ${flag} …\``],
  });
}
