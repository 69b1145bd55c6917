import * as z from "zod";
import { formatDuration, plural } from "../cli/human.ts";
import { EXIT } from "../errors.ts";
import { defineCommand } from "./define.ts";

/** `aero storage check`. */
export const storageCheck = defineCommand({
  name: ["storage", "check"],
  summary: "Test whether the storage does all that aero needs of one",
  description:
    "Runs the clauses that aero's own storages are tested by, under keys that nobody else uses and that are " +
    "removed afterwards. Writes and reads some hundred megabytes. Exits 4 if a clause is broken.",
  examples: [
    { does: "Test the storage of this project", run: "aero storage check" },
    { does: "Test some of the clauses", run: "aero storage check --only range,abort" },
  ],
  positionals: [],
  input: z.strictObject({
    only: z.array(z.string()).default([]).describe(
      "Run the clauses that have this text; commas separate several",
    ),
  }),
  async run({ only }, app) {
    const { testStorage } = await import("../actions/test_storage.ts");
    return testStorage(app, only.flatMap((text) => text.split(",")).filter((text) => text !== ""));
  },
  text(item, style) {
    if (item.type === "storage-check") {
      const { location, kept, broken, skipped } = item;
      const counts = `${plural(kept, "clause")} kept, ${broken} broken, ${skipped} skipped`;
      return `${broken === 0 ? style.green("fit") : style.red("unfit")}  ${counts}: ${location}`;
    }
    const { clause, outcome, why, durationMs } = item;
    switch (outcome) {
      case "kept":
        return `${style.green("kept")}     ${clause}  ${style.dim(formatDuration(durationMs))}`;
      case "skipped":
        return `${style.dim("skipped")}  ${clause}  ${style.dim(why ?? "")}`;
      case "broken":
        return `${style.red("broken")}   ${clause}\n         ${why ?? ""}`;
    }
  },
  exitCode: (item) => item.type === "clause" && item.outcome === "broken" ? EXIT.outside : EXIT.ok,
});
