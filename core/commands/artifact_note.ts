import * as z from "zod";
import { escapeInline } from "../cli/escape.ts";
import { UserError } from "../errors.ts";
import { metadataText } from "../text/versions_table.ts";
import { defineCommand } from "./define.ts";

/** `aero artifact note`. */
export const artifactNote = defineCommand({
  name: ["artifact", "note"],
  summary: "Say what a version of an artifact is",
  description:
    "The version keeps its bytes and its label: note and metadata are kept beside it, with who wrote them and when. " +
    "What is said takes the place of what was said before; an empty note takes that away.",
  examples: [
    { does: "Say what v3 is", run: 'aero artifact note model:v3 "the one in the paper"' },
    {
      does: "Set fields of its metadata",
      run: "aero artifact note model:v3 --set license=CC0-1.0 --set reviewed=true",
    },
  ],
  positionals: [
    {
      name: "artifact",
      required: true,
      describe: "NAME, NAME:v3, NAME@alias or NAME:digest; PROJECT/NAME of another project",
      complete: "artifact",
    },
    { name: "text", describe: "The note; empty: none" },
  ],
  input: z.strictObject({
    artifact: z.string(),
    text: z.string().exactOptional(),
    set: z.array(z.string()).default([]).describe("Set a field of the metadata, NAME=VALUE"),
    unset: z.array(z.string()).default([]).describe("Take a field of the metadata away"),
  }),
  async run({ artifact, text, set, unset }, app) {
    if (text === undefined && set.length === 0 && unset.length === 0) {
      throw new UserError("argument_missing", {
        what: `Cannot note anything on ${JSON.stringify(artifact)}`,
        why: "neither a note nor a field of metadata is given",
        fix: [
          `\`aero artifact note ${artifact} "TEXT"\``,
          `\`aero artifact note ${artifact} --set NAME=VALUE\``,
        ],
      });
    }
    const { annotateVersion } = await import("../actions/annotate_version.ts");
    const { parseMetadata } = await import("../actions/metadata_words.ts");
    return await annotateVersion(app, artifact, {
      ...(text === undefined ? {} : { note: text }),
      metadata: parseMetadata(set),
      removed: unset,
    });
  },
  text: ({ artifact, label, note, metadata, changed }, style) =>
    [
      `${changed ? "" : "Unchanged: "}${style.bold(`${artifact}:${label}`)}  ${
        note === undefined ? style.dim("no note") : escapeInline(note)
      }`,
      ...(metadata === undefined ? [] : [`  ${escapeInline(metadataText(metadata))}`]),
    ].join("\n"),
});
