import * as z from "zod";
import { removeAlias } from "../actions/aliases.ts";
import { defineCommand } from "./define.ts";

/** `aero artifact alias remove`. */
export const artifactAliasRemove = defineCommand({
  name: ["artifact", "alias", "remove"],
  summary: "Remove a moving name of an artifact",
  description: "The version that it stood for stays.",
  examples: [{ does: "Nothing is the best any more", run: "aero artifact alias remove model@best" }],
  positionals: [
    { name: "alias", required: true, describe: "NAME@ALIAS or PROJECT/NAME@ALIAS", complete: "artifact" },
  ],
  input: z.strictObject({ alias: z.string() }),
  run: ({ alias }, app) => removeAlias(app, alias),
  text: ({ artifact, alias, label }, style) =>
    `Removed ${style.green(`${artifact}@${alias}`)}, which was ${style.bold(label)}`,
});
