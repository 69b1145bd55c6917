import * as z from "zod";
import type { Pulled } from "../actions/pull_stored.ts";
import type { Pushed } from "../actions/push_waiting.ts";
import { pullText, pushText } from "../text/transfer_text.ts";
import { type App, defineCommand } from "./define.ts";

/** `aero sync`. */
export const sync = defineCommand({
  name: ["sync"],
  summary: "Send what waits on this machine, then get records and names",
  description: "The same as `aero push`, and `aero pull` without files.",
  examples: [
    { does: "Catch up after working offline", run: "aero sync" },
    { does: "See what would be sent", run: "aero sync --dry-run" },
  ],
  positionals: [],
  input: z.strictObject({
    dryRun: z.boolean().default(false).describe("Say what would be sent, and send nothing"),
  }),
  run: ({ dryRun }, app) => Promise.resolve(both(app, dryRun)),
  text: (result, style) => result.type === "push" ? pushText(result, style) : pullText(result, style),
});

async function* both(app: App, dryRun: boolean): AsyncGenerator<Pushed | Pulled> {
  const { pushWaiting } = await import("../actions/push_waiting.ts");
  yield await pushWaiting(app, { names: [], dryRun });
  const { pullStored } = await import("../actions/pull_stored.ts");
  yield await pullStored(app, { names: [], all: false, images: false, dryRun, namesOnly: true });
}
