import * as z from "zod";
import { aliasesOf, versionItem } from "../actions/artifact_versions.ts";
import { artifactReference } from "../actions/artifact_word.ts";
import { escapeInline } from "../cli/escape.ts";
import { formatAgo, formatBytes, formatCount, formatInstant, plural } from "../cli/human.ts";
import { textTable } from "../cli/text_table.ts";
import { shortDigest } from "../model/digest.ts";
import { metadataText, originText } from "../text/versions_table.ts";
import { defineCommand } from "./define.ts";

// On a terminal; elsewhere all are listed.
const MOST_FILES = 50;

/** `aero artifact show`. */
export const artifactShow = defineCommand({
  name: ["artifact", "show"],
  summary: "Show a version of an artifact: its files, and where it came from",
  examples: [
    { does: "The newest version", run: "aero artifact show hourly_counts" },
    { does: "A certain one", run: "aero artifact show model:v3" },
    { does: "What an alias stands for", run: "aero artifact show model@best" },
  ],
  positionals: [
    {
      name: "artifact",
      required: true,
      describe: "NAME, NAME:v3, NAME@alias or NAME:digest; PROJECT/NAME of another project",
      complete: "artifact",
    },
  ],
  input: z.strictObject({ artifact: z.string() }),
  async run({ artifact }, app) {
    const { getManifest } = await import("../store/tree.ts");
    const { services } = await app.openProject();
    const label = await services.catalog.resolve(await artifactReference(app, artifact));
    const { entries } = await getManifest(services.store, label.manifest);
    const readBy = (await app.index()).query({})
      .filter((run) => Object.values(run.inputs).some(({ digest }) => digest === label.manifest.digest))
      .map(({ run, stage, state }) => ({ run, stage, state }));
    const annotations = label.number === undefined
      ? []
      : await services.catalog.annotations({ project: label.project, name: label.artifact }, label.number);
    const item = versionItem(label, await aliasesOf(services.catalog, label), annotations);
    return { ...item, annotations, readBy, entries };
  },
  text(item, style) {
    const { artifact, label, digest, files, bytes, origin, message, note, metadata, createdAt } = item;
    const { aliases, readBy, entries } = item;
    const most = style.columns === undefined ? entries.length : MOST_FILES;
    const names = aliases.map((alias) => ` @${alias}`).join("");
    const lines: (readonly [string, string])[] = [
      ["digest", digest],
      ["content", `${plural(files, "file")}, ${formatBytes(bytes)}`],
      ["stored", `${formatInstant(createdAt)}, ${formatAgo(createdAt, style.now().getTime())}`],
      ["origin", originText(origin)],
      ...(message === undefined ? [] : [["message", message] as const]),
      ...(note === undefined ? [] : [["note", note] as const]),
      ...Object.entries(metadata ?? {}).map(([field, value]) =>
        ["meta", metadataText({ [field]: value })] as const
      ),
      ...readBy.map(({ run, stage, state }) => ["read by", `${stage} ${run} ${state}`] as const),
    ];
    const table = textTable(entries.slice(0, most), [
      { title: "file", value: ({ path }) => path },
      {
        title: "size",
        align: "right",
        value: (entry) => entry.kind === "file" ? formatBytes(entry.size) : "link",
      },
      {
        title: "digest",
        value: (entry) => entry.kind === "file" ? shortDigest(entry.digest) : `→ ${entry.target}`,
      },
    ], style);
    const more = entries.length - most;
    return [
      style.bold(`${artifact}:${label}`) + style.green(names),
      ...lines.map(([title, value]) => `  ${style.dim(title.padEnd(7))}  ${escapeInline(value)}`),
      "",
      more > 0 ? `${table}${style.dim(`… and ${formatCount(more)} more; all: --json`)}` : table,
    ].join("\n");
  },
});
