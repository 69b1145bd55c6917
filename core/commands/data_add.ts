import * as z from "zod";
import { resolve } from "node:path";
import { formatBytes, plural } from "../cli/human.ts";
import { parseName } from "../model/name.ts";
import { defineCommand } from "./define.ts";

/** `aero data add`. */
export const dataAdd = defineCommand({
  name: ["data", "add"],
  summary: "Store a file or directory as an artifact",
  description:
    "The bytes go to the project's storage. Content that is the newest version already adds none; what is " +
    "said of it is noted there.",
  examples: [
    { does: "Store a directory", run: "aero data add data/raw --name hourly_counts" },
    { does: "Say what it is", run: "aero data add counts.csv --name hourly_counts --set license=CC0-1.0" },
    { does: "Say what changed", run: 'aero data add counts.csv --name hourly_counts -m "2012 added"' },
  ],
  positionals: [{ name: "path", required: true, describe: "File or directory", complete: "file" }],
  shorts: { m: "message", n: "name" },
  input: z.strictObject({
    path: z.string(),
    name: z.string().describe("Name of the artifact"),
    message: z.string().exactOptional().describe("What this version is"),
    set: z.array(z.string()).default([]).describe("Set a field of its metadata, NAME=VALUE"),
  }),
  async run({ path, name, message, set }, app) {
    parseName(name, "artifact");
    const absolute = resolve(app.io.cwd, path);
    const { storeData } = await import("../actions/store_data.ts");
    const { parseMetadata } = await import("../actions/metadata_words.ts");
    const { label, added, warnings } = await storeData(app, absolute, {
      name,
      ...(message === undefined ? {} : { message }),
      ...(set.length === 0 ? {} : { metadata: parseMetadata(set) }),
    });
    for (const warning of warnings) app.printer.warn(warning);
    const { versionFacts } = await import("../actions/artifact_versions.ts");
    return { ...versionFacts(label), added };
  },
  text: ({ artifact, label, added, files, bytes }, style) =>
    `${added ? "Added" : "Unchanged:"} ${style.bold(`${artifact}:${label}`)}  ` +
    `${plural(files, "file")}, ${formatBytes(bytes)}`,
});
