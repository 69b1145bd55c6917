import * as z from "zod";
import { setAlias } from "../actions/aliases.ts";
import { defineCommand } from "./define.ts";

/** `aero artifact alias set`. */
export const artifactAliasSet = defineCommand({
  name: ["artifact", "alias", "set"],
  summary: "Give a version of an artifact a moving name",
  description:
    "NAME@ALIAS can stand wherever a version can, and is resolved when a run starts. Records name digests: moving an " +
    "alias changes no run.",
  examples: [
    { does: "Call v3 the best", run: "aero artifact alias set model@best :v3" },
    { does: "Let another alias follow", run: "aero artifact alias set model@released @best" },
  ],
  positionals: [
    { name: "alias", required: true, describe: "NAME@ALIAS or PROJECT/NAME@ALIAS", complete: "artifact" },
    { name: "version", required: true, describe: "What it is to stand for: :v3, @other or a digest" },
  ],
  input: z.strictObject({ alias: z.string(), version: z.string() }),
  run: ({ alias, version }, app) => setAlias(app, alias, version),
  text: ({ artifact, alias, label, before }, style) =>
    `${style.green(`${artifact}@${alias}`)} is ${style.bold(label)}${
      before === undefined ? "" : `, was ${before}`
    }`,
});
