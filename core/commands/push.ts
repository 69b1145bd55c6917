import * as z from "zod";
import { EXIT } from "../errors.ts";
import { pushText } from "../text/transfer_text.ts";
import { defineCommand } from "./define.ts";

/** `aero push`. */
export const push = defineCommand({
  name: ["push"],
  summary: "Send what waits on this machine to the storage",
  description:
    "What runs make while the storage cannot be reached waits here. What the storage has is not sent again, so that " +
    "a push that was interrupted goes on where it stopped. Versions of artifacts get their labels now. What needs bytes " +
    "that are lost, neither on this machine nor in the storage, is named and still waits, with what rests on it; all " +
    "else is sent. Exits 5 then.",
  examples: [
    { does: "Send all that waits", run: "aero push" },
    { does: "See what that would be", run: "aero push --dry-run" },
    { does: "Send one run only", run: "aero push @last" },
    { does: "Give up what cannot be sent any more", run: "aero push --drop-lost" },
  ],
  positionals: [{
    name: "names",
    many: true,
    describe: "Runs and artifacts; all that waits if none is named",
    complete: "run",
  }],
  input: z.strictObject({
    names: z.array(z.string()).default([]),
    dryRun: z.boolean().default(false).describe("Say what would be sent, and send nothing"),
    dropLost: z.boolean().default(false).describe(
      "Send the rest, and give up what bytes are lost of: it waits no longer, and is named",
    ),
  }),
  async run(input, app) {
    const { pushWaiting } = await import("../actions/push_waiting.ts");
    return await pushWaiting(app, input);
  },
  text: pushText,
  exitCode: ({ incomplete }) => incomplete.some(({ dropped }) => !dropped) ? EXIT.corrupt : EXIT.ok,
});
