import * as z from "zod";
import { formatBytes, plural } from "../cli/human.ts";
import { defineCommand } from "./define.ts";

/** `aero artifact get`. */
export const artifactGet = defineCommand({
  name: ["artifact", "get"],
  summary: "Put the files of an artifact into a folder",
  description:
    "Every file is checked against its digest. Files are read-only links into the cache where the disk allows " +
    "it; --copy makes copies that may be changed.",
  examples: [
    { does: "The newest version, in ./model", run: "aero artifact get model" },
    { does: "A certain version, elsewhere", run: "aero artifact get hourly_counts:v1 data/counts" },
    { does: "To change it", run: "aero artifact get cleaned ./cleaned --copy" },
  ],
  positionals: [
    {
      name: "artifact",
      required: true,
      describe: "NAME, NAME:v3, NAME@alias or NAME:digest; PROJECT/NAME of another project",
      complete: "artifact",
    },
    {
      name: "destination",
      describe: "A folder that does not exist, or is empty; by default the artifact's name",
      complete: "directory",
    },
  ],
  input: z.strictObject({
    artifact: z.string(),
    destination: z.string().exactOptional(),
    copy: z.boolean().default(false).describe("Copies that may be changed, in place of read-only links"),
  }),
  async run({ artifact, destination, copy }, app) {
    const { getArtifact } = await import("../actions/get_artifact.ts");
    return { type: "artifact-files", ...await getArtifact(app, artifact, destination, copy) };
  },
  text: ({ artifact, label, path, files, bytes, how }, style) =>
    `${style.bold(`${artifact}:${label}`)}  ${path}  ${plural(files, "file")}, ${formatBytes(bytes)}, ${
      how === "link" ? "read-only" : "copied"
    }`,
});
