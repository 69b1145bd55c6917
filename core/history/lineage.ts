import type { Digest } from "../model/digest.ts";
import type { KnownVersion } from "../model/lineage.ts";
import { labelName } from "../model/lineage.ts";
import type { EndState, RunRecord } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";

/** One version of an artifact. */
export interface ArtifactNode {
  readonly kind: "artifact";
  readonly id: string;
  readonly project: string;
  readonly artifact: string;
  readonly manifest: Digest;
  /** Labels that stand for these bytes, lowest first; may be empty. */
  readonly labels: readonly string[];
}

/** A run. Known by its id only if its record is not at hand. */
export interface RunNode {
  readonly kind: "run";
  readonly id: string;
  readonly run: RunId;
  readonly project?: string;
  readonly stage?: string;
  readonly state?: EndState;
}

/** A thing in the lineage. */
export type LineageNode = ArtifactNode | RunNode;

/** From what was first to what came of it: an artifact to the run that read it, a run to the artifact it wrote. */
export interface LineageEdge {
  readonly from: string;
  readonly to: string;
  /** As the stage calls the input or output. */
  readonly name: string;
}

/** The graph artifact ← run ← artifact. */
export interface Lineage {
  readonly nodes: ReadonlyMap<string, LineageNode>;
  /** Each once; in the order of the records. */
  readonly edges: readonly LineageEdge[];
}

/** The id of an artifact's version in a lineage. */
export function artifactNodeId(project: string, artifact: string, manifest: Digest): string {
  return `${project}/${artifact}@${manifest}`;
}

/** Builds the lineage that labels and records tell of; both in any order. */
export function buildLineage(labels: readonly KnownVersion[], records: readonly RunRecord[]): Lineage {
  const builder = new Builder();
  const number = (label: KnownVersion) => label.number ?? Infinity;
  for (const label of [...labels].sort((a, b) => Math.sign(number(a) - number(b)) || 0)) {
    builder.addLabel(label);
  }
  for (const record of records) builder.addRecord(record);
  return builder.finish();
}

/** The part of a lineage that a node came from, with the node; at most `depth` edges away if it is given. */
export function upstream(lineage: Lineage, id: string, depth = Infinity): Lineage {
  return walk(lineage, id, depth, "to", "from");
}

/** The part of a lineage that came of a node, with the node; at most `depth` edges away if it is given. */
export function downstream(lineage: Lineage, id: string, depth = Infinity): Lineage {
  return walk(lineage, id, depth, "from", "to");
}

class Builder {
  readonly nodes = new Map<string, LineageNode>();
  readonly edges = new Map<string, LineageEdge>();
  readonly #makers: { readonly run: RunId; readonly artifact: string; readonly name: string }[] = [];

  addLabel(label: KnownVersion): void {
    const id = this.#artifact(label.project, label.artifact, label.manifest.digest, labelName(label));
    if (label.origin.kind === "run") this.#edge(this.#run(label.origin.run), id, label.origin.output);
  }

  addRecord(record: RunRecord): void {
    const id = this.#run(record.run, record);
    for (const [name, { artifact, manifest, label, run }] of Object.entries(record.inputs)) {
      const input = this.#artifact(...split(artifact, record.project), manifest.digest, label);
      this.#edge(input, id, name);
      if (run !== undefined) this.#makers.push({ run, artifact: input, name: split(artifact, "")[1] });
    }
    for (const [name, { artifact, manifest, label }] of Object.entries(record.outputs)) {
      this.#edge(id, this.#artifact(...split(artifact, record.project), manifest.digest, label), name);
    }
  }

  /** Adds the makers that inputs name, where neither a label nor the maker's own record told of them. */
  finish(): Lineage {
    const made = new Set([...this.edges.values()].map((edge) => `${edge.from} ${edge.to}`));
    for (const { run, artifact, name } of this.#makers) {
      if (!made.has(`${run} ${artifact}`)) this.#edge(this.#run(run), artifact, name);
    }
    return { nodes: this.nodes, edges: [...this.edges.values()] };
  }

  #artifact(project: string, artifact: string, manifest: Digest, label?: string): string {
    const id = artifactNodeId(project, artifact, manifest);
    const known = this.nodes.get(id);
    const labels = known?.kind === "artifact" ? known.labels : [];
    const all = label === undefined || labels.includes(label) ? labels : [...labels, label];
    this.nodes.set(id, { kind: "artifact", id, project, artifact, manifest, labels: all });
    return id;
  }

  #run(run: RunId, record?: RunRecord): string {
    if (record !== undefined) {
      const { project, stage, state } = record;
      this.nodes.set(run, { kind: "run", id: run, run, project, stage, state });
    } else if (!this.nodes.has(run)) this.nodes.set(run, { kind: "run", id: run, run });
    return run;
  }

  #edge(from: string, to: string, name: string): void {
    this.edges.set(JSON.stringify([from, to, name]), { from, to, name });
  }
}

/** `project/name` or `name`, as records have it. */
function split(artifact: string, ownProject: string): [project: string, name: string] {
  const slash = artifact.indexOf("/");
  return slash < 0 ? [ownProject, artifact] : [artifact.slice(0, slash), artifact.slice(slash + 1)];
}

function walk(lineage: Lineage, id: string, depth: number, near: "from" | "to", far: "from" | "to"): Lineage {
  const byNear = Map.groupBy(lineage.edges, (edge) => edge[near]);
  const nodes = new Map<string, LineageNode>();
  const edges = new Set<LineageEdge>();
  let ring = lineage.nodes.has(id) ? [id] : [];
  for (let step = 0; ring.length > 0; step++) {
    for (const at of ring) nodes.set(at, lineage.nodes.get(at)!);
    if (step >= depth) break;
    const found = ring.flatMap((at) => byNear.get(at) ?? []);
    for (const edge of found) edges.add(edge);
    // What was met before is not walked again: equal bytes can make a circle.
    ring = [...new Set(found.map((edge) => edge[far]))].filter((at) => !nodes.has(at));
  }
  return { nodes, edges: [...edges] };
}
