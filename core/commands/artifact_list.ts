import * as z from "zod";
import { versionItem } from "../actions/artifact_versions.ts";
import { formatAgo, formatBytes, formatCount } from "../cli/human.ts";
import { labelName } from "../model/lineage.ts";
import { fittedTable } from "../text/fit_columns.ts";
import { defineCommand } from "./define.ts";

/** `aero artifact list`. */
export const artifactList = defineCommand({
  name: ["artifact", "list"],
  summary: "List artifacts, and the newest version of each",
  examples: [
    { does: "Those of this project", run: "aero artifact list" },
    { does: "Those of all projects in this storage", run: "aero artifact list --all" },
  ],
  positionals: [],
  input: z.strictObject({
    all: z.boolean().default(false).describe("Those of all projects in this storage"),
  }),
  async run({ all }, app) {
    const { config, outside, services: { catalog } } = await app.openProject();
    const names = await catalog.names(all || outside ? undefined : config.project);
    const items = await Promise.all(names.map(async ({ project, name }) => {
      const [labels, aliases] = await Promise.all([
        catalog.labels(project, name),
        catalog.aliases(project, name),
      ]);
      const newest = labels.at(-1)!;
      const annotations = newest.number === undefined
        ? []
        : await catalog.annotations({ project, name }, newest.number);
      return {
        ...versionItem(newest, [], annotations),
        type: "artifact",
        versions: labels.length,
        aliases: Object.fromEntries(aliases.map((alias) => [alias.alias, labelName(alias)])),
      };
    }));
    if (items.length === 0) {
      const { place, elsewhere } = await (await import("../actions/outside_project.ts")).searchedPlace(app);
      app.printer.note(
        elsewhere.length === 0
          ? "there are no artifacts yet; store one: `aero data add PATH --name NAME`"
          : [`${place} has no artifacts`, ...elsewhere].join("\n"),
      );
    }
    return items;
  },
  text(items, style) {
    const now = style.now().getTime();
    const several = new Set(items.map(({ project }) => project)).size > 1;
    return fittedTable(
      items,
      [
        {
          title: "artifact",
          value: ({ project, artifact }) => several ? `${project}/${artifact}` : artifact,
          paint: style.bold,
        },
        { title: "newest", value: ({ label }) => label, shrink: false },
        { title: "versions", worth: 50, align: "right", value: ({ versions }) => formatCount(versions) },
        { title: "age", worth: 80, value: ({ createdAt }) => formatAgo(createdAt, now) },
        { title: "files", worth: 40, align: "right", value: ({ files }) => formatCount(files) },
        { title: "size", worth: 70, align: "right", value: ({ bytes }) => formatBytes(bytes) },
        {
          title: "made by",
          worth: 30,
          value: ({ origin }) => origin.kind === "run" ? `run ${origin.run}` : origin.by,
        },
        ...(items.some(({ aliases }) => Object.keys(aliases).length > 0)
          ? [{
            title: "aliases",
            worth: 60,
            value: ({ aliases }: typeof items[number]) =>
              Object.entries(aliases).map(([alias, label]) => `@${alias}=${label}`).join(" "),
          }]
          : []),
      ],
      style,
      "--json",
    );
  },
});
