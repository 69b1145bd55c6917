import * as z from "zod";
import { parseVersionPair } from "../actions/artifact_versions.ts";
import { artifactReference } from "../actions/artifact_word.ts";
import { diffManifests } from "../history/manifest_diff.ts";
import { labelName } from "../model/lineage.ts";
import { changeCounts, fileChangeLines } from "../text/file_changes_text.ts";
import { defineCommand } from "./define.ts";

/** `aero artifact diff`. */
export const artifactDiff = defineCommand({
  name: ["artifact", "diff"],
  summary: "Show which files differ between two versions",
  examples: [
    { does: "Between two versions", run: "aero artifact diff hourly_counts v1 v2" },
    { does: "The same, written out", run: "aero artifact diff hourly_counts:v1 hourly_counts:v2" },
    { does: "What is new since a version", run: "aero artifact diff hourly_counts v1" },
  ],
  positionals: [{
    name: "versions",
    required: true,
    many: true,
    describe: "NAME:v1 NAME:v2, or NAME v1 v2",
    complete: "artifact",
  }],
  input: z.strictObject({ versions: z.array(z.string()).max(3, "at most three words name two versions") }),
  async run({ versions }, app) {
    const { getManifest } = await import("../store/tree.ts");
    const { services: { catalog, store } } = await app.openProject();
    const { artifact: { project } } = await artifactReference(app, versions[0]!);
    const references = parseVersionPair(versions, project);
    const [a, b] = [await catalog.resolve(references[0]), await catalog.resolve(references[1])];
    const [before, after] = [await getManifest(store, a.manifest), await getManifest(store, b.manifest)];
    const side = (label: typeof a) => ({
      project: label.project,
      artifact: label.artifact,
      label: labelName(label),
      digest: label.manifest.digest,
    });
    return { type: "artifact-diff", a: side(a), b: side(b), files: diffManifests(before, after) };
  },
  text: ({ a, b, files }, style) =>
    [
      `${style.bold(`${a.artifact}:${a.label}`)} → ${style.bold(`${b.artifact}:${b.label}`)}  ${
        changeCounts(files)
      }`,
      ...fileChangeLines(files, style).map((line) => `  ${line}`),
    ].join("\n"),
});
