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
    // What is known of a storage that is away may not be all.
    if (!project.services.store.isAway) index.markFilled();
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
 * @returns How many runs with a record were not in it.
 */
export async function fillIndex(
  services: RunServices,
  project: string | undefined,
  observer: Pick<RunObserver, "warn">,
): Promise<number> {
  const { archive, index, state } = services;
  const { records, verdicts, annotations } = await archive.history(project, {
    onDamage: (error) => observer.warn(`${error.message}; it is left out, see \`aero storage fsck\``),
    // A record never changes: a run that is in with its end is as it will ever be.
    has: (run) => (index.get(run)?.state ?? "running") !== "running",
  });
  const versions = await archive.getVersions(records.map(({ version }) => version));
  const summaries = records.map((record) => summaryOfRecord(record, versions.get(record.version)!, []));
  index.upsertMany(summaries);
  if (verdicts.length > 0) index.addVerdicts(verdicts);
  if (annotations.length > 0) index.addAnnotations(annotations);
  for (const run of state.unrecorded()) {
    const { events } = readJournal(await readIfThere(state.run(run).journal));
    if (events[0]?.event === "created") index.upsert(summaryOfJournal(events));
  }
  return records.length;
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
