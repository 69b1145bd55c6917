import * as z from "zod";
import { type StageResult, stageResult } from "../actions/stage_result.ts";
import { NO_STAGES, splitWords } from "../actions/stage_words.ts";
import { EXIT } from "../errors.ts";
import { buildGraph, drawGraph, selectStages } from "../pipeline/graph.ts";
import { outcomeLine } from "../text/outcome_line.ts";
import { type App, defineCommand } from "./define.ts";

interface StageListing {
  readonly type: "stage";
  readonly stage: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: readonly string[];
}

interface GraphDrawing {
  readonly type: "graph";
  readonly graph: string;
}

const INPUT = z.strictObject({
  words: z.array(z.string()).default([]),
  only: z.array(z.string()).default([]).describe(
    "Run the stages whose name has this text, and nothing they read from; commas separate several",
  ),
  list: z.boolean().default(false).describe("List the stages, and run nothing"),
  graph: z.enum(["text", "dot", "mermaid"]).exactOptional().describe("Draw the pipeline, and run nothing"),
  force: z.boolean().default(false).describe("Run also what has a result"),
  draft: z.boolean().default(false).describe("Record uncommitted work as a snapshot on refs/aero/drafts"),
  tag: z.array(z.string()).default([]).describe("Tag the runs"),
  note: z.string().exactOptional().describe("Say what the runs are for"),
});

type RunInput = z.output<typeof INPUT>;

/** `aero run`. */
export const run = defineCommand({
  name: ["run"],
  summary: "Run stages, tracked, in their container",
  description:
    "Code is taken from the commit, so the worktree must be clean. Each stage is a run of its own; a stage " +
    "whose code, image, inputs, params and command have a result is not run again.",
  examples: [
    { does: "Run the whole pipeline", run: "aero run" },
    { does: "Run one stage, with what it needs", run: "aero run train" },
    { does: "With other params", run: "aero run train max_depth=7 features=hour_only" },
    { does: "Record uncommitted work, as a draft", run: "aero run --draft" },
    { does: "See the pipeline", run: "aero run --graph text" },
  ],
  positionals: [{
    name: "words",
    many: true,
    describe: "Stages, and params as NAME=VALUE",
    complete: "stage_or_param",
  }],
  input: INPUT,
  run: (input, app) => Promise.resolve(results(input, app)),
  text(result, style) {
    switch (result.type) {
      case "graph":
        return result.graph;
      case "stage":
        return `${style.bold(result.stage)}  ${Object.values(result.inputs).join(", ")} → ${
          result.outputs.join(", ")
        }`;
      case "stage-run":
        return outcomeLine(result, style);
    }
  },
  exitCode: (result) =>
    result.type === "stage-run" && result.state !== "succeeded" ? EXIT.programFailed : EXIT.ok,
});

async function* results(
  input: RunInput,
  app: App,
): AsyncGenerator<StageListing | GraphDrawing | StageResult> {
  const { stages, overrides } = splitWords(input.words);
  const only = input.only.flatMap((text) => text.split(",")).filter((text) => text !== "");
  if (input.list || input.graph !== undefined) {
    const { project } = await app.config();
    const graph = buildGraph(project.stages);
    const chosen = selectStages(graph, { stages, only });
    if (input.graph !== undefined) return yield { type: "graph", graph: drawGraph(graph, input.graph) };
    for (const stage of chosen) {
      const { inputs, outputs } = project.stages[stage]!;
      yield { type: "stage", stage, inputs, outputs };
    }
    return;
  }
  await app.startLooking();
  const { runTracked } = await import("../actions/run_tracked.ts");
  let count = 0;
  for await (const outcome of runTracked(app, { ...input, stages, only, overrides })) {
    count++;
    yield stageResult(outcome);
  }
  if (count === 0) app.printer.note(NO_STAGES);
}
