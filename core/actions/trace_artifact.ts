import type { App } from "../app.ts";
import { artifactNodeId, buildLineage, downstream, type Lineage, upstream } from "../history/lineage.ts";
import { artifactReference } from "./artifact_word.ts";

/** Which way a tree of lineage grows: to what a thing came from, or to what came of it. */
export type LineageDirection = "up" | "down";

/** Where a version of an artifact came from, and what came of it. */
export interface TracedArtifact {
  /** Id of its node. */
  readonly root: string;
  /** In the order asked for. */
  readonly parts: readonly { readonly direction: LineageDirection; readonly lineage: Lineage }[];
}

/**
 * Traces a version of an artifact through all runs in the storage, those of other projects too.
 *
 * @param depth Most edges to go; all if absent.
 * @throws {UserError} `artifact_not_found` and others of a reference.
 */
export async function traceArtifact(
  app: App,
  reference: string,
  directions: readonly LineageDirection[],
  depth: number | undefined,
): Promise<TracedArtifact> {
  const { services: { catalog, archive } } = await app.openProject();
  const label = await catalog.resolve(await artifactReference(app, reference));
  const names = await catalog.names();
  const [labels, records] = await Promise.all([
    Promise.all(names.map(({ project, name }) => catalog.labels(project, name))),
    archive.records(),
  ]);
  const whole = buildLineage(labels.flat(), records.sort((a, b) => a.startedAt - b.startedAt));
  const root = artifactNodeId(label.project, label.artifact, label.manifest.digest);
  return {
    root,
    parts: directions.map((direction) => ({
      direction,
      lineage: (direction === "up" ? upstream : downstream)(whole, root, depth),
    })),
  };
}

/** Parts of one lineage, joined. */
export function joined(parts: TracedArtifact["parts"]): Lineage {
  return {
    nodes: new Map(parts.flatMap(({ lineage }) => [...lineage.nodes])),
    edges: [...new Set(parts.flatMap(({ lineage }) => lineage.edges))],
  };
}
