import { summaryOfJournal, summaryOfRecord } from "../history/run_summary.ts";
import type { RunIndex } from "../history/run_index.ts";
import { readJournal } from "../format/journal_format.ts";
import type { Project } from "./project.ts";
import { reconcileRuns } from "./reconcile.ts";
import type { StateDirectory } from "./run_directory.ts";
import type { RunObserver, RunServices } from "./run_services.ts";

/**
 * Looks after runs whose aero died, and fills an index that was made anew. Opens the project only if there may be
 * something to do.
 */
export async function mendHistory(
  index: RunIndex,
  state: StateDirectory,
  open: () => Promise<Project>,
  observer: RunObserver,
): Promise<void> {
  if (!index.filled) {
    const project = await open();
    await fillIndex(project.services, ownName(project), observer);
    index.markFilled();
  }
  if (state.unrecorded().length === 0) return;
  const project = await open();
  await reconcileRuns(project, observer);
}

/** The project's name; `undefined` outside a project, where all runs of the storage count. */
export function ownName(project: Project): string | undefined {
  return project.outside ? undefined : project.config.project;
}

/**
 * Puts all runs of a project into the index: those with a record in the storage, and those that go on here.
 *
 * @param project Name; all projects of the storage if absent.
 */
export async function fillIndex(
  services: RunServices,
  project: string | undefined,
  observer: Pick<RunObserver, "warn">,
): Promise<void> {
  const { archive, index, state } = services;
  const records = await archive.records(project, {
    onDamage: (error) => observer.warn(`${error.message}; it is left out, see \`aero storage fsck\``),
  });
  const summaries = await Promise.all(
    records.map(async (record) => summaryOfRecord(record, await archive.getVersion(record.version), [])),
  );
  index.upsertMany(summaries);
  for (const { run, project } of records) {
    const verdicts = await archive.verdicts(project, run);
    if (verdicts.length > 0) index.addVerdicts(verdicts);
  }
  for (const run of state.unrecorded()) {
    const { events } = readJournal(await readIfThere(state.run(run).journal));
    if (events[0]?.event === "created") index.upsert(summaryOfJournal(events));
  }
}

/** The bytes of a journal; none for a run that was killed before it had one, or that has just been recorded. */
async function readIfThere(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Uint8Array();
    throw error;
  }
}
