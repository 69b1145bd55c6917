import * as z from "zod";
import { listAliases } from "../actions/aliases.ts";
import { formatAgo } from "../cli/human.ts";
import { textTable } from "../cli/text_table.ts";
import { defineCommand } from "./define.ts";

/** `aero artifact alias list`. */
export const artifactAliasList = defineCommand({
  name: ["artifact", "alias", "list"],
  summary: "List the moving names of artifacts",
  description: "Of one artifact, or of all of the project.",
  examples: [
    { does: "All of the project", run: "aero artifact alias list" },
    { does: "Those of one artifact", run: "aero artifact alias list model" },
  ],
  positionals: [{ name: "artifact", describe: "NAME or PROJECT/NAME", complete: "artifact" }],
  input: z.strictObject({ artifact: z.string().exactOptional() }),
  run: ({ artifact }, app) => listAliases(app, artifact),
  text: (aliases, style) =>
    aliases.length === 0 ? "No aliases" : textTable(aliases, [
      { title: "alias", value: ({ artifact, alias }) => `${artifact}@${alias}`, paint: style.green },
      { title: "version", value: ({ label }) => label, paint: style.bold },
      { title: "moved", value: ({ movedAt }) => formatAgo(movedAt, style.now().getTime()) },
    ], style),
});
