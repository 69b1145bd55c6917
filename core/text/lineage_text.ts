import type { LineageDirection } from "../actions/trace_artifact.ts";
import { escapeInline } from "../cli/escape.ts";
import type { Style } from "../cli/style.ts";
import type { Lineage, LineageEdge, LineageNode } from "../history/lineage.ts";
import { shortDigest } from "../model/digest.ts";
import { paintState } from "./outcome_line.ts";

/**
 * Draws a lineage as a tree that grows from one node. What is met again is named again, and its branches are not.
 *
 * @param root Id of a node.
 */
export function lineageTree(
  lineage: Lineage,
  root: string,
  direction: LineageDirection,
  style: Style,
): string {
  const [near, far] = direction === "up" ? ["to", "from"] as const : ["from", "to"] as const;
  const byNear = Map.groupBy(lineage.edges, (edge) => edge[near]);
  const seen = new Set<string>();
  const lines: string[] = [];
  const draw = (id: string, indent: string, edge: LineageEdge | undefined, last: boolean) => {
    const node = lineage.nodes.get(id)!;
    const branch = edge === undefined ? "" : `${indent}${last ? "└─ " : "├─ "}`;
    const next = byNear.get(id) ?? [];
    const again = seen.has(id) && next.length > 0;
    lines.push(branch + nodeText(node, edge, style) + (again ? style.dim("  (see above)") : ""));
    if (seen.has(id)) return;
    seen.add(id);
    const deeper = edge === undefined ? "" : `${indent}${last ? "   " : "│  "}`;
    next.forEach((edge, i) => draw(edge[far], deeper, edge, i === next.length - 1));
  };
  draw(root, "", undefined, true);
  return lines.join("\n");
}

/** `model:v3`, or `train kqzm… succeeded`. */
function nodeName(node: LineageNode): string {
  if (node.kind === "artifact") {
    return `${node.artifact}:${node.labels.length > 0 ? node.labels.join(",") : shortDigest(node.manifest)}`;
  }
  return node.stage === undefined ? `run ${node.run}` : `${node.stage} ${node.run}`;
}

function nodeText(node: LineageNode, edge: LineageEdge | undefined, style: Style): string {
  const as = edge === undefined || node.kind === "run" || edge.name === node.artifact
    ? ""
    : style.dim(`  as ${escapeInline(edge.name)}`);
  if (node.kind === "artifact") return style.bold(escapeInline(nodeName(node))) + as;
  const state = node.state === undefined ? "" : ` ${paintState(node.state, style)}`;
  return style.cyan(escapeInline(nodeName(node))) + state + as;
}

/** A lineage in Graphviz' language: runs are boxes, artifacts ellipses, and arrows go from what was first. */
export function lineageDot(lineage: Lineage): string {
  const ids = numbered(lineage);
  return [
    "digraph lineage {",
    "  rankdir=LR;",
    ...[...lineage.nodes.values()].map((node) =>
      `  ${ids.get(node.id)} [label=${dotText(nodeName(node))}, shape=${
        node.kind === "run" ? "box" : "ellipse"
      }];`
    ),
    ...lineage.edges.map(({ from, to, name }) =>
      `  ${ids.get(from)} -> ${ids.get(to)} [label=${dotText(name)}];`
    ),
    "}",
  ].join("\n");
}

/** A lineage in Mermaid's language. */
export function lineageMermaid(lineage: Lineage): string {
  const ids = numbered(lineage);
  return [
    "flowchart LR",
    ...[...lineage.nodes.values()].map((node) => {
      const text = mermaidText(nodeName(node));
      return `  ${ids.get(node.id)}${node.kind === "run" ? `[${text}]` : `([${text}])`}`;
    }),
    ...lineage.edges.map(({ from, to, name }) =>
      `  ${ids.get(from)} -->|${mermaidText(name)}| ${ids.get(to)}`
    ),
  ].join("\n");
}

/** Numbered ids are safe in both languages, whatever a name holds. */
function numbered(lineage: Lineage): Map<string, string> {
  return new Map([...lineage.nodes.keys()].map((id, i) => [id, `n${i}`]));
}

function dotText(text: string): string {
  return JSON.stringify(escapeInline(text));
}

function mermaidText(text: string): string {
  return `"${escapeInline(text).replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"`;
}
