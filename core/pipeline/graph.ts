import { UserError } from "../errors.ts";

/** What the graph needs to know of a stage. */
export interface GraphStage {
  /** Input name to the artifact that it reads, as config writes it. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Names of the artifacts that it writes. */
  readonly outputs: readonly string[];
}

/** An input that another stage makes. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly artifact: string;
  readonly input: string;
}

/** Stages in an order in which each comes after those that it reads from. */
export interface Graph {
  readonly order: readonly string[];
  readonly edges: readonly Edge[];
}

/**
 * Orders the stages of a pipeline. Stages that do not depend on each other keep the order in which they came.
 *
 * @throws {UserError} `output_made_twice` if two stages write one artifact, `pipeline_cycle` naming the cycle.
 */
export function buildGraph(stages: Readonly<Record<string, GraphStage>>): Graph {
  const makers = makersOf(stages);
  const edges: Edge[] = [];
  for (const [to, stage] of Object.entries(stages)) {
    for (const [input, artifact] of Object.entries(stage.inputs)) {
      const from = makers.get(artifact);
      if (from !== undefined) edges.push({ from, to, artifact, input });
    }
  }
  return { order: sort(Object.keys(stages), edges), edges };
}

function makersOf(stages: Readonly<Record<string, GraphStage>>): Map<string, string> {
  const makers = new Map<string, string>();
  for (const [name, stage] of Object.entries(stages)) {
    for (const output of stage.outputs) {
      const other = makers.get(output);
      if (other !== undefined) {
        throw new UserError("output_made_twice", {
          what: `Cannot order the stages`,
          why: `both "${other}" and "${name}" write the artifact "${output}"`,
          fix: ["give one of the outputs another name in aero.yaml"],
        });
      }
      makers.set(output, name);
    }
  }
  return makers;
}

function sort(names: readonly string[], edges: readonly Edge[]): string[] {
  const order: string[] = [];
  const state = new Map<string, "open" | "done">();
  const path: string[] = [];
  const visit = (name: string) => {
    if (state.get(name) === "done") return;
    path.push(name);
    if (state.get(name) === "open") {
      const cycle = path.slice(path.indexOf(name)).join(" → ");
      throw new UserError("pipeline_cycle", {
        what: "Cannot order the stages",
        why: `they read from each other in a circle: ${cycle}`,
      });
    }
    state.set(name, "open");
    for (const edge of edges) if (edge.to === name) visit(edge.from);
    state.set(name, "done");
    path.pop();
    order.push(name);
  };
  names.forEach(visit);
  return order;
}

/**
 * The stages to run: those named and all that they read from; with `only`, the stages whose name contains one of
 * its texts and nothing else.
 *
 * @returns A part of `graph.order`, in its order.
 * @throws {UserError} `stage_unknown`.
 */
export function selectStages(
  graph: Graph,
  choice: { readonly stages: readonly string[]; readonly only: readonly string[] },
): string[] {
  const { order } = graph;
  if (choice.only.length > 0) {
    const chosen = order.filter((name) => choice.only.some((part) => name.includes(part)));
    const idle = choice.only.find((part) => !order.some((name) => name.includes(part)));
    if (idle !== undefined) throw unknownStage(idle, order);
    return chosen;
  }
  if (choice.stages.length === 0) return [...order];
  const wanted = new Set<string>();
  const want = (name: string) => {
    if (!order.includes(name)) throw unknownStage(name, order);
    if (wanted.has(name)) return;
    wanted.add(name);
    for (const edge of graph.edges) if (edge.to === name) want(edge.from);
  };
  choice.stages.forEach(want);
  return order.filter((name) => wanted.has(name));
}

function unknownStage(name: string, order: readonly string[]): UserError {
  return new UserError("stage_unknown", {
    what: `Cannot find a stage named ${JSON.stringify(name)}`,
    why: order.length === 0 ? "aero.yaml has no stages" : `the stages are ${order.join(", ")}`,
    fix: ["`aero run --list`"],
  });
}

/** Draws a graph for `--graph`: indented text, Graphviz DOT, or Mermaid. */
export function drawGraph(graph: Graph, form: "text" | "dot" | "mermaid"): string {
  const { order, edges } = graph;
  switch (form) {
    case "dot":
      return [
        "digraph pipeline {",
        ...order.map((name) => `  ${JSON.stringify(name)};`),
        ...edges.map((e) =>
          `  ${JSON.stringify(e.from)} -> ${JSON.stringify(e.to)} [label=${JSON.stringify(e.artifact)}];`
        ),
        "}",
      ].join("\n");
    case "mermaid":
      // Mermaid reads some words and signs in ids; numbered ids with quoted labels are always safe.
      return [
        "flowchart LR",
        ...order.map((name, i) => `  s${i}["${mermaidText(name)}"]`),
        ...edges.map((e) =>
          `  s${order.indexOf(e.from)} -->|"${mermaidText(e.artifact)}"| s${order.indexOf(e.to)}`
        ),
      ].join("\n");
    case "text":
      return order.map((name) => {
        const sources = edges.filter((e) => e.to === name).map((e) => `${e.artifact} from ${e.from}`);
        return sources.length === 0 ? name : `${name}  ← ${sources.join(", ")}`;
      }).join("\n");
  }
}

/** Text between quotes in a Mermaid diagram, whose escapes are those of HTML with `#` for `&`. */
function mermaidText(text: string): string {
  return text.replaceAll("#", "#35;").replaceAll('"', "#quot;").replaceAll("<", "#lt;");
}
