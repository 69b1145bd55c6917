import * as z from "zod";
import { EXIT } from "../errors.ts";
import { clauseLine, fitLine, rightLines } from "../text/clause_text.ts";
import { defineCommand } from "./define.ts";

/** `aero storage check`. */
export const storageCheck = defineCommand({
  name: ["storage", "check"],
  summary: "Test whether the storage does all that aero needs of one",
  description:
    "Lists, stores, reads and deletes a few bytes, and says what is wrong with the address, the credentials, a right or " +
    "the clock. Then runs the clauses that aero's own storages are tested by, under keys that nobody else uses and that " +
    "are removed afterwards; that writes and reads some hundred megabytes. Tells what is wrong, and with --verbose or " +
    "--only also what is right. Exits 4 if something is wrong.",
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
    const chosen = only.flatMap((text) => text.split(",")).filter((text) => text !== "");
    return testStorage(app, {
      only: chosen,
      everything: app.globals.verbose || app.globals.json || chosen.length > 0,
    });
  },
  text(item, style) {
    switch (item.type) {
      case "right":
        return rightLines(item, style);
      case "clause":
        return clauseLine(item, style);
      case "storage-check":
        return item.refused > 0
          ? `${style.red("unfit")}  no clause was run: ${item.location}`
          : fitLine(item, item.location, style);
    }
  },
  exitCode: (item) =>
    item.type === "storage-check" && item.refused + item.broken > 0 ? EXIT.outside : EXIT.ok,
});
