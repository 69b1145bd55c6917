import * as z from "zod";
import { statusText } from "../text/status_text.ts";
import { defineCommand } from "./define.ts";

/** `aero status`. */
export const status = defineCommand({
  name: ["status"],
  summary: "Show whether a tracked run could begin, and what it would do",
  description:
    "Tells the commit and what differs from it, the images, of each stage whether it would run and why, and what waits to " +
    "be sent to the storage. " +
    "Nothing is run, built or written, and no engine is started. Exits 0 also if a tracked run would be refused.",
  examples: [
    { does: "See what a run would do", run: "aero status" },
    { does: "Have it as JSON", run: "aero status --json" },
  ],
  positionals: [],
  input: z.strictObject({}),
  async run(_input, app) {
    const { projectStatus } = await import("../actions/project_status.ts");
    return await projectStatus(app);
  },
  text: statusText,
});
