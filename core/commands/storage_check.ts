import * as z from "zod";
import { EXIT } from "../errors.ts";
import { clauseLine, fitLine } from "../text/clause_text.ts";
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
  text: (item, style) =>
    item.type === "clause" ? clauseLine(item, style) : fitLine(item, item.location, style),
  exitCode: (item) => item.type === "clause" && item.outcome === "broken" ? EXIT.outside : EXIT.ok,
});
