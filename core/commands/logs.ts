import * as z from "zod";
import { defineCommand } from "./define.ts";

/** `aero logs`. */
export const logs = defineCommand({
  name: ["logs"],
  summary: "Print what a run's program printed",
  description: "Its stdout goes to stdout, and its stderr to stderr.",
  examples: [
    { does: "Of the last run", run: "aero logs @last" },
    { does: "Follow a run that goes on", run: "aero logs -f @last" },
    { does: "Only what it wrote to stderr", run: "aero logs --stderr @last:train" },
  ],
  positionals: [
    {
      name: "run",
      required: true,
      describe:
        "A run id or its beginning, @last, NAME:v3 that it made, a git tag or commit, a version, or TRACKER:ID",
      complete: "run",
    },
  ],
  shorts: { f: "follow" },
  input: z.strictObject({
    run: z.string(),
    stdout: z.boolean().default(false).describe("Only stdout"),
    stderr: z.boolean().default(false).describe("Only stderr"),
    follow: z.boolean().default(false).describe("Go on until the run has ended"),
  }),
  // deno-lint-ignore require-await -- the items come from what is returned
  async run({ run, stdout, stderr, follow }, app): Promise<AsyncIterable<LogPiece>> {
    const streams = (["stdout", "stderr"] as const).filter((name) =>
      stdout === stderr || (name === "stdout") === stdout
    );
    return printed(app, run, { streams, follow });
  },
  text: () => "",
});

interface LogPiece {
  readonly type: "log";
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

type Printing = import("../actions/run_logs.ts").LogRequest;

/** Prints pieces as they are, each to its own stream; with `--json` they are items. */
async function* printed(
  app: import("./define.ts").App,
  run: string,
  request: Printing,
): AsyncGenerator<LogPiece, void, void> {
  const { runLogs } = await import("../actions/run_logs.ts");
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  for await (const { stream, bytes } of runLogs(app, run, request)) {
    if (app.printer.json) {
      const text = decoders[stream].decode(bytes, { stream: true });
      if (text !== "") yield { type: "log", stream, text };
    } else {
      app.printer.passThrough(stream, bytes);
      await app.printer.flush();
    }
  }
}
