import type { App } from "../app.ts";
import type { RunSummary } from "../history/run_summary.ts";
import { besideJournal } from "../mirror/beside_journal.ts";
import { tapeOfFiles, tapeOfRecord } from "../mirror/open_tape.ts";
import type { PastRun } from "../mirror/send_history.ts";
import { CorruptionError } from "../errors.ts";
import type { RunServices } from "../pipeline/run_services.ts";

// Runs of others are sent by whoever made them; who has not done so by then may not be about to. In milliseconds.
const OTHERS_AFTER_MS = 10 * 60_000;

/** Runs that ended, oldest first, each to be sent to trackers; those that were imported are left out. */
export async function pastRuns(app: App): Promise<PastRun[]> {
  const { services } = await app.openProject();
  const index = await app.index();
  const unrecorded = new Set(services.state.unrecorded());
  const now = services.now();
  return index.query({}).reverse()
    .filter(({ run, state, imported }) =>
      state !== "running" && imported === undefined && !unrecorded.has(run)
    )
    .filter((run) => isHere(run, services) || now - (run.endedAt ?? now) >= OTHERS_AFTER_MS)
    .map((run) => pastRun(run, services));
}

/** A run that has ended, from its files here, or else from the storage. */
export function pastRun(summary: RunSummary, services: RunServices): PastRun {
  const { run, project } = summary;
  return {
    run,
    openTape: async () => {
      if (isHere(summary, services)) {
        return tapeOfFiles(services.state.run(run), besideJournal(services.store));
      }
      const record = await services.archive.getRecord(project, run);
      if (record !== undefined) return tapeOfRecord(record, services.store);
      throw new CorruptionError("run_missing", {
        what: `Cannot read run ${run}`,
        why: "the storage has no record of it, and there is no journal of it here",
        fix: ["`aero storage fsck`"],
      });
    },
  };
}

function isHere({ run }: RunSummary, { state }: RunServices): boolean {
  try {
    return Deno.statSync(state.run(run).journal).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
