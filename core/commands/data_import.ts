import * as z from "zod";
import { resolve } from "node:path";
import { formatBytes, plural } from "../cli/human.ts";
import { parseName } from "../model/name.ts";
import { defineCommand } from "./define.ts";

/** `aero data import`. */
export const dataImport = defineCommand({
  name: ["data", "import"],
  summary: "Make data at an address an artifact, in place where it can stay",
  description:
    "Objects of a bucket that keeps versions stay where they are: their versions, sizes and digests are recorded, and " +
    "each use reads and checks them there. They are looked for at the service of the project's storage, if that is in a " +
    "bucket, else at Amazon's; --endpoint and --profile name another. What comes over http, or from a path, is copied into the storage. " +
    "`aero data update` looks for newer data later.",
  examples: [
    {
      does: "Leave the objects of a versioned bucket in place",
      run: "aero data import s3://weather/hourly/ --name weather",
    },
    {
      does: "Copy a file from a web server",
      run: "aero data import https://data.example.org/counts.csv --name counts",
    },
  ],
  positionals: [
    {
      name: "from",
      required: true,
      describe: "Address such as s3://bucket/prefix, or a path",
      complete: "file",
    },
  ],
  shorts: { m: "message", n: "name" },
  input: z.strictObject({
    from: z.string(),
    name: z.string().describe("Name of the artifact"),
    copy: z.boolean().default(false).describe("Copy the bytes into the storage, even if they could stay"),
    endpoint: z.string().exactOptional().describe(
      "Address of the bucket's service, or `aws`; default: the one of the project's storage, if that is in a bucket, " +
        "else Amazon's",
    ),
    region: z.string().exactOptional().describe("Region of the bucket"),
    profile: z.string().exactOptional().describe("Profile whose credentials to use"),
    message: z.string().exactOptional().describe("What this version is"),
    set: z.array(z.string()).default([]).describe("Set a field of its metadata, NAME=VALUE"),
  }),
  async run({ from, name, copy, message, set, ...options }, app) {
    parseName(name, "artifact");
    const { importOrAdd } = await import("../actions/import_or_add.ts");
    const { parseMetadata } = await import("../actions/metadata_words.ts");
    const { label, added, inPlace, warnings } = await importOrAdd(app, {
      from: from.includes("://") ? from : resolve(app.io.cwd, from),
      name,
      copy,
      options,
      ...(message === undefined ? {} : { message }),
      ...(set.length === 0 ? {} : { metadata: parseMetadata(set) }),
    });
    for (const warning of warnings) app.printer.warn(warning);
    const { versionFacts } = await import("../actions/artifact_versions.ts");
    return { ...versionFacts(label), added, inPlace };
  },
  text: ({ artifact, label, added, files, bytes, inPlace }, style) =>
    `${added ? "Imported" : "Unchanged:"} ${style.bold(`${artifact}:${label}`)}  ` +
    `${plural(files, "file")}, ${formatBytes(bytes)}, ${inPlace ? "left in place" : "copied"}`,
});
