import * as z from "zod";
import { EXIT } from "../errors.ts";
import { clauseLine, fitLine } from "../text/clause_text.ts";
import { defineCommand } from "./define.ts";

/** `aero env check`. */
export const envCheck = defineCommand({
  name: ["env", "check"],
  summary: "Test whether the engine does all that aero needs of one",
  description:
    "Runs the clauses that aero's own environments are tested by, in containers that are removed afterwards. Takes " +
    "a minute or so. The engine keeps one image that a clause builds, localhost/aero-conformance. Exits 4 if a " +
    "clause is broken.",
  examples: [
    { does: "Test the engine of this project", run: "aero env check" },
    { does: "Test some of the clauses", run: "aero env check --only exit,variables" },
  ],
  positionals: [],
  input: z.strictObject({
    only: z.array(z.string()).default([]).describe(
      "Run the clauses that have this text; commas separate several",
    ),
    image: z.string().exactOptional().describe(
      "Run programs in this image, which has a shell and coreutils; by default that of aero.yaml",
    ),
  }),
  async run({ only, image }, app) {
    const { testEnvironment } = await import("../actions/test_environment.ts");
    return testEnvironment(app, {
      only: only.flatMap((text) => text.split(",")).filter((text) => text !== ""),
      ...(image === undefined ? {} : { image }),
    });
  },
  text: (item, style) =>
    item.type === "clause" ? clauseLine(item, style) : fitLine(item, item.environment, style),
  exitCode: (item) => item.type === "clause" && item.outcome === "broken" ? EXIT.outside : EXIT.ok,
});
