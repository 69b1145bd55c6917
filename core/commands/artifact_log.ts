import * as z from "zod";
import { labelsOf, versionItem } from "../actions/artifact_versions.ts";
import { artifactNamed } from "../actions/artifact_word.ts";
import { versionsTable } from "../text/versions_table.ts";
import { defineCommand } from "./define.ts";

/** `aero artifact log`. */
export const artifactLog = defineCommand({
  name: ["artifact", "log"],
  summary: "List the versions of an artifact, newest first",
  examples: [
    { does: "All versions of a dataset", run: "aero artifact log hourly_counts" },
    { does: "Of another project in this storage", run: "aero artifact log bikes/model" },
  ],
  positionals: [
    { name: "artifact", required: true, describe: "NAME or PROJECT/NAME", complete: "artifact" },
  ],
  input: z.strictObject({ artifact: z.string() }),
  async run({ artifact }, app) {
    const { services: { catalog } } = await app.openProject();
    const name = await artifactNamed(app, artifact);
    const labels = await labelsOf(catalog, name);
    const [aliases, annotations] = await Promise.all([
      catalog.aliases(name.project, name.name),
      catalog.annotations(name),
    ]);
    return labels.reverse().map((label) => {
      const own = aliases.filter(({ number }) => number === label.number);
      return versionItem(label, own.map(({ alias }) => alias), annotations);
    });
  },
  text: (versions, style) => versionsTable(versions, style),
});
