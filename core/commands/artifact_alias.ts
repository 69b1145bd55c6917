import * as z from "zod";
import { labelsOf } from "../actions/artifact_versions.ts";
import { textTable } from "../cli/text_table.ts";
import { UserError } from "../errors.ts";
import { labelName } from "../model/lineage.ts";
import { parseArtifactName, parseName, parseVersionSelector } from "../model/name.ts";
import { defineCommand } from "./define.ts";

/** `aero artifact alias`. */
export const artifactAlias = defineCommand({
  name: ["artifact", "alias"],
  summary: "Give a version of an artifact a moving name, or list those names",
  description:
    "NAME@ALIAS can stand wherever a version can. Records name digests: moving an alias changes no run.",
  examples: [
    { does: "Call v3 the best", run: "aero artifact alias model best v3" },
    { does: "Which aliases there are", run: "aero artifact alias model" },
  ],
  positionals: [
    { name: "artifact", required: true, describe: "NAME or PROJECT/NAME", complete: "artifact" },
    { name: "alias", describe: "The moving name" },
    { name: "version", describe: "What it is to stand for: v3, @other or a digest" },
  ],
  input: z.strictObject({
    artifact: z.string(),
    alias: z.string().exactOptional(),
    version: z.string().exactOptional(),
  }),
  async run({ artifact, alias, version }, app) {
    const { services: { catalog, now }, config } = await app.openProject();
    const name = parseArtifactName(artifact, config.project);
    await labelsOf(catalog, name);
    if (alias !== undefined) {
      parseName(alias, "alias");
      if (version === undefined) {
        throw new UserError("argument_missing", {
          what: `Cannot set the alias ${JSON.stringify(alias)}`,
          why: "the version that it is to stand for is missing",
          fix: [`\`aero artifact alias ${artifact} ${alias} v1\``],
        });
      }
      const selector = parseVersionSelector(/^[:@]/.test(version) ? version : `:${version}`);
      const { number } = await catalog.resolve({ artifact: name, version: selector });
      await catalog.setAlias({ project: name.project, artifact: name.name, alias, number, movedAt: now() });
    }
    const aliases = await catalog.aliases(name.project, name.name);
    return aliases.filter((one) => alias === undefined || one.alias === alias).map((one) => ({
      type: "alias",
      project: one.project,
      artifact: one.artifact,
      alias: one.alias,
      label: labelName(one),
      movedAt: one.movedAt,
    }));
  },
  text: (aliases, style) =>
    textTable(aliases, [
      { title: "alias", value: ({ artifact, alias }) => `${artifact}@${alias}`, paint: style.green },
      { title: "version", value: ({ label }) => label, paint: style.bold },
    ], style),
});
