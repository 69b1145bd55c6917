import { textRedactor } from "../config/redact.ts";
import { AeroError, UserError } from "../errors.ts";
import { readJournal } from "../format/journal_format.ts";
import type { JournalEvent, MetricsPosition } from "../model/journal.ts";
import type { RunId } from "../model/run_id.ts";
import { type Environment, EnvironmentError } from "../plugin/environment.ts";
import { Heartbeat } from "./heartbeat.ts";
import { JournalWriter } from "./journal_writer.ts";
import { MetricsFollower } from "./metrics_follower.ts";
import { withRedactedNames } from "./reported_metrics.ts";
import { publishRun } from "./publish.ts";
import type { Project } from "./project.ts";
import type { RunObserver, RunServices } from "./run_services.ts";

/**
 * Looks after runs of this project whose aero died: what is left of the program is ended, metrics that it had
 * written are taken in, and the run is recorded as `lost`. A run that had ended and was not yet recorded is
 * recorded as it ended. One that cannot be recorded now is told of, and left to the next command.
 *
 * @returns The runs that were recorded.
 */
export async function reconcileRuns(
  project: Project,
  observer: Pick<RunObserver, "warn">,
): Promise<RunId[]> {
  const mended: RunId[] = [];
  for (const run of project.services.state.unrecorded()) {
    try {
      if (await mend(project, run, observer)) mended.push(run);
    } catch (error) {
      // A storage that is full or away must not keep anybody from looking at what is here.
      if (!isForeseen(error)) throw error;
      observer.warn(`run ${run} has died and cannot be recorded: ${(error as Error).message}`);
    }
  }
  return mended;
}

function isForeseen(error: unknown): boolean {
  return error instanceof AeroError || (error as { readonly code?: string }).code === "ENOSPC";
}

/** Records one run; whether it was there to be recorded. */
async function mend(project: Project, run: RunId, observer: Pick<RunObserver, "warn">): Promise<boolean> {
  const { services } = project;
  const directory = services.state.run(run);
  using heartbeat = Heartbeat.takeOver(directory.heartbeat, services.now());
  if (heartbeat === undefined) return false;
  const events = journalEvents(directory.journal);
  const [created] = events;
  if (created?.event !== "created") {
    // Killed before its first line was whole: nothing was begun, and nothing is known of it.
    await directory.remove();
    heartbeat.finish();
    return false;
  }
  if (events.at(-1)?.event !== "ended") {
    await endLeftovers(project, created.version.environment.kind, run, observer);
    endAsLost(run, events, { services, redact: redactorOf(project, created.start.secrets) }, observer);
  }
  await publishRun(run, services);
  services.mirrors?.begin(run, directory, HAS_ENDED)[Symbol.dispose]();
  await directory.removeWork();
  heartbeat.finish();
  return true;
}

// Nobody waits for its pages any more, and nothing of it goes on.
const HAS_ENDED = { onUrl: () => {}, onStopAsked: () => {} };

/** Ends the run's program, if it outlived its aero; an engine that does not answer runs nothing. */
async function endLeftovers(
  project: Project,
  kind: Environment["kind"],
  run: RunId,
  observer: Pick<RunObserver, "warn">,
): Promise<void> {
  const { use } = project.config.environment;
  try {
    const environment = await project.environment(kind === "host" || use === "host" ? kindName(kind) : use)
      .open();
    await environment.removeLeftovers(run);
  } catch (error) {
    if (!(error instanceof EnvironmentError) || error.code !== "engine_unavailable") throw error;
    observer.warn(`run ${run} died, and whether its program still runs could not be asked: ${error.message}`);
  }
}

function kindName(kind: Environment["kind"]): string {
  return kind === "host" ? "host" : "auto";
}

function journalEvents(path: string): JournalEvent[] {
  try {
    const bytes = Deno.readFileSync(path);
    const { events, torn, wholeBytes } = readJournal(bytes);
    // A torn last line was never acknowledged; the next one must begin on its own.
    if (torn) Deno.truncateSync(path, wholeBytes);
    return events;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function endAsLost(
  run: RunId,
  events: readonly JournalEvent[],
  { services, redact }: { readonly services: RunServices; readonly redact: (text: string) => string },
  observer: Pick<RunObserver, "warn">,
): void {
  const directory = services.state.run(run);
  using journal = new JournalWriter(directory.journal);
  const follower = new MetricsFollower(
    directory.metrics,
    {
      points: (reported, position) => {
        const points = withRedactedNames(reported, redact);
        journal.append({ event: "metrics", at: services.now(), points, ...position });
      },
      fault: (line, why) =>
        observer.warn(`line ${line} of metrics.jsonl of ${run} is left out: ${redact(why)}`),
    },
    services.now,
    positionOf(events),
  );
  follower.finish();
  journal.append({ event: "ended", at: services.now(), state: "lost" });
}

/** Takes out those secrets of a dead run that are set now: the values that it had are kept nowhere. */
function redactorOf(project: Project, names: readonly string[]): (text: string) => string {
  const values: Record<string, string> = {};
  for (const name of names) {
    try {
      values[name] = project.secrets([name])[name]!.reveal();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  return textRedactor(values);
}

/** How far the dead aero had taken the program's metrics. */
function positionOf(events: readonly JournalEvent[]): MetricsPosition | undefined {
  for (const event of events.toReversed()) {
    if (event.event !== "metrics") continue;
    const { inode, offset } = event;
    if (inode !== undefined && offset !== undefined) return { inode, offset };
  }
  return undefined;
}
