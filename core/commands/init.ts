import * as z from "zod";
import { defineCommand } from "./define.ts";

/** `aero init`. */
export const init = defineCommand({
  name: ["init"],
  summary: "Start a project: write an aero.yaml that runs",
  description:
    "Writes aero.yaml and nothing else; a file that is there is never touched. The pipeline in it has one small " +
    "stage that runs as it is.",
  examples: [
    { does: "Start a project here", run: "aero init" },
    { does: "Start one in a new directory", run: "aero init bikes --image python:3.12-slim" },
  ],
  positionals: [{ name: "directory", describe: "Made if absent; default: this one", complete: "directory" }],
  input: z.strictObject({
    directory: z.string().default("."),
    name: z.string().exactOptional().describe("Name of the project; default: that of the directory"),
    image: z.string().default("python:3.12-slim").describe("Image that stages run in"),
  }),
  async run(input, app) {
    const { startProject } = await import("../actions/start_project.ts");
    return await startProject(app, input);
  },
  text: ({ file, project, next }, style) =>
    [
      `Wrote ${style.bold(file)} of project ${style.bold(project)}`,
      "",
      "Next:",
      ...next.map(({ run, does }) => `  ${style.cyan(run)}\n    ${style.dim(does)}`),
    ].join("\n"),
});
