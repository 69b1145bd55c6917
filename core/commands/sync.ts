import * as z from "zod";
import type { Pulled } from "../actions/pull_stored.ts";
import type { Pushed } from "../actions/push_waiting.ts";
import type { TrackerSynced } from "../actions/sync_trackers.ts";
import { EXIT } from "../errors.ts";
import { trackerSyncText } from "../text/tracker_text.ts";
import { pullText, pushText } from "../text/transfer_text.ts";
import { type App, defineCommand } from "./define.ts";

/** `aero sync`. */
export const sync = defineCommand({
  name: ["sync"],
  summary: "Send what waits on this machine, get records and names, and send trackers the runs they lack",
  description:
    "The same as `aero push`, and `aero pull` without files. Then each tracker of the config gets the runs that it " +
    "lacks, oldest first, also those that were made before it was configured, and the tags and notes that runs got later. A sync that was interrupted goes on " +
    "where it stopped. Exits 3 if a tracker still lacks something.",
  examples: [
    { does: "Catch up after working offline", run: "aero sync" },
    { does: "See what would be sent", run: "aero sync --dry-run" },
  ],
  positionals: [],
  input: z.strictObject({
    dryRun: z.boolean().default(false).describe("Say what would be sent, and send nothing"),
  }),
  run: ({ dryRun }, app) => Promise.resolve(all(app, dryRun)),
  text(result, style) {
    switch (result.type) {
      case "push":
        return pushText(result, style);
      case "pull":
        return pullText(result, style);
      case "tracker-sync":
        return trackerSyncText(result, style);
    }
  },
  exitCode(result) {
    if (result.type === "push") return result.incomplete.length > 0 ? EXIT.corrupt : EXIT.ok;
    return result.type === "tracker-sync" && result.left + result.remarksLeft > 0 ? EXIT.lagging : EXIT.ok;
  },
});

async function* all(app: App, dryRun: boolean): AsyncGenerator<Pushed | Pulled | TrackerSynced> {
  let failure: { readonly error: unknown } | undefined;
  try {
    yield* withStorage(app, dryRun);
  } catch (error) {
    if (app.signal.aborted || app.isOffline) throw error;
    // Trackers get what is on this machine also while the storage is away.
    failure = { error };
  }
  const { syncTrackers } = await import("../actions/sync_trackers.ts");
  yield* syncTrackers(app, { dryRun });
  if (failure !== undefined) throw failure.error;
}

async function* withStorage(app: App, dryRun: boolean): AsyncGenerator<Pushed | Pulled> {
  const { pushWaiting } = await import("../actions/push_waiting.ts");
  yield await pushWaiting(app, { names: [], dryRun });
  const { pullStored } = await import("../actions/pull_stored.ts");
  yield await pullStored(app, { names: [], all: false, images: false, dryRun, namesOnly: true });
}
