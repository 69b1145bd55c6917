import * as z from "zod";
import { joined } from "../actions/trace_artifact.ts";
import { lineageDot, lineageMermaid, lineageTree } from "../text/lineage_text.ts";
import { defineCommand } from "./define.ts";

/** `aero artifact lineage`. */
export const artifactLineage = defineCommand({
  name: ["artifact", "lineage"],
  summary: "Show what an artifact came from, and what came of it",
  examples: [
    { does: "Both ways", run: "aero artifact lineage model:v3" },
    { does: "Which data made it", run: "aero artifact lineage model:v3 --up" },
    { does: "What used a dataset", run: "aero artifact lineage hourly_counts:v1 --down" },
    { does: "As a picture", run: "aero artifact lineage model --dot | dot -Tsvg" },
  ],
  positionals: [
    {
      name: "artifact",
      required: true,
      describe: "NAME, NAME:v3, NAME@alias or NAME:digest; PROJECT/NAME of another project",
      complete: "artifact",
    },
  ],
  input: z.strictObject({
    artifact: z.string(),
    up: z.boolean().default(false).describe("Only what it came from"),
    down: z.boolean().default(false).describe("Only what came of it"),
    depth: z.int().positive().exactOptional().describe("Most steps to go, from artifact to run or back"),
    dot: z.boolean().default(false).describe("Print Graphviz DOT"),
    mermaid: z.boolean().default(false).describe("Print Mermaid"),
  }),
  async run({ artifact, up, down, depth }, app) {
    const { traceArtifact } = await import("../actions/trace_artifact.ts");
    const directions = (["up", "down"] as const).filter((way) => up === down || (way === "up") === up);
    return { type: "lineage", ...await traceArtifact(app, artifact, directions, depth) };
  },
  text({ root, parts }, style, { dot, mermaid }) {
    if (dot) return lineageDot(joined(parts));
    if (mermaid) return lineageMermaid(joined(parts));
    const titles = { up: "came from", down: "went into" } as const;
    return parts.map(({ direction, lineage }) => {
      const tree = lineageTree(lineage, root, direction, style);
      return parts.length === 1 ? tree : `${style.dim(titles[direction])}\n${tree}`;
    }).join("\n\n");
  },
  json({ root, parts }) {
    const { nodes, edges } = joined(parts);
    return { type: "lineage", root, nodes: [...nodes.values()], edges };
  },
});
