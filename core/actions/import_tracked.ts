import type { App } from "../app.ts";
import { AeroError, isAbort } from "../errors.ts";
import { writeJournalEvent } from "../format/journal_format.ts";
import { foreignStart, instant } from "../mirror/foreign_start.ts";
import type { MetricPoint } from "../model/metric.ts";
import { parseRelativePath } from "../model/relative_path.ts";
import type { OutputRecord } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import { collectOutputs, labelOutput } from "../pipeline/outputs.ts";
import { publishRun } from "../pipeline/publish.ts";
import type { RunDirectory } from "../pipeline/run_directory.ts";
import type { RunServices } from "../pipeline/run_services.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import type { ForeignRun } from "../plugin/tracker.ts";
import { importedRunId } from "./tracked_reference.ts";

/** Name of the artifact that has the files of an imported run. */
const IMPORTED_FILES = "imported-files";

/** What became of one run of a tracker. */
export interface TrackedImport {
  readonly type: "tracker-import";
  /** `<tracker>:<id>`. */
  readonly from: string;
  readonly name: string;
  readonly outcome: "imported" | "known" | "skipped";
  /** The run here; absent if it was skipped. */
  readonly run?: RunId;
  /** Metric values that were taken over. */
  readonly points?: number;
  /** Files that were taken over. */
  readonly files?: number;
  /** Why it was skipped, or what of it was left out. */
  readonly why?: string;
}

/** How a run is imported. */
export interface ImportOptions {
  readonly from: NamedTracker;
  /** Most bytes of files of a run; those of one that has more are left out. */
  readonly mostBytes: number;
}

/** Makes a run that others' code made a run of this project. One that is here already stays as it is. */
export async function importTracked(
  app: App,
  foreign: ForeignRun,
  options: ImportOptions,
): Promise<TrackedImport> {
  const { from } = options;
  const about = {
    type: "tracker-import",
    from: `${from.name}:${foreign.id}`,
    name: foreign.name,
  } as const;
  const skipped = (why: string): TrackedImport => ({ ...about, outcome: "skipped", why });
  if (foreign.aero !== undefined) return skipped(`aero made it, as ${foreign.aero.run}`);
  if (foreign.state === "running") return skipped("it is still running");
  const project = await app.openProject();
  const { services } = project;
  const run = importedRunId(from, foreign.id);
  if (await services.archive.getRecord(project.config.project, run) !== undefined) {
    return { ...about, outcome: "known", run };
  }
  const directory = services.state.run(run);
  // What an import that was interrupted has left.
  await directory.remove();
  directory.create([IMPORTED_FILES]);
  try {
    const place = { run, project: project.config.project, aero: services.aero };
    const files = await fetchFiles(app, foreign, directory, options);
    const output = files.count === 0
      ? undefined
      : await keepFiles(app, services, directory, { project: place.project, run });
    await fetchText(app, foreign, directory, options);
    const points = await writeJournal(app, foreign, directory, { from, place, output });
    await publishRun(run, services);
    return {
      ...about,
      outcome: "imported",
      run,
      points,
      files: files.count,
      ...(files.why === undefined ? {} : { why: files.why }),
    };
  } catch (error) {
    if (isAbort(error) || !(error instanceof AeroError)) throw error;
    return skipped(error.message);
  } finally {
    await directory.removeWork();
  }
}

/** Brings the files of a run into its output directory. */
async function fetchFiles(
  app: App,
  foreign: ForeignRun,
  directory: RunDirectory,
  { from: { tracker }, mostBytes }: ImportOptions,
): Promise<{ readonly count: number; readonly why?: string }> {
  const signal = { signal: app.signal };
  const files = await Array.fromAsync(tracker.files(foreign.id, signal));
  if (files.length === 0) return { count: 0 };
  if (foreign.state !== "succeeded") {
    return {
      count: 0,
      why: `its ${files.length} files are left out: a run that ${foreign.state} has no outputs`,
    };
  }
  const tooMany = { count: 0, why: `its ${files.length} files are left out: they are larger than --files` };
  let left = mostBytes - files.reduce((sum, { size }) => sum + (size ?? 0), 0);
  if (left < 0) return tooMany;
  const top = `${directory.outputs}/${IMPORTED_FILES}`;
  for (const { path, size } of files) {
    const target = `${top}/${parseRelativePath(path)}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, controller) {
        // A tracker that told no size is held to the limit as its bytes come.
        if (size === undefined) left -= bytes.length;
        if (left < 0) controller.error(new FilesTooLarge());
        else controller.enqueue(bytes);
      },
    });
    try {
      const stream = await tracker.readFile(foreign.id, path, signal);
      await Deno.writeFile(target, stream.pipeThrough(counted));
    } catch (error) {
      if (!(error instanceof FilesTooLarge)) throw error;
      await Deno.remove(top, { recursive: true });
      return tooMany;
    }
  }
  return { count: files.length };
}

/** Brings what a run printed where a run of aero's own has it: its streams come as one. */
async function fetchText(
  app: App,
  foreign: ForeignRun,
  directory: RunDirectory,
  { from: { tracker } }: ImportOptions,
): Promise<void> {
  if (tracker.text === undefined) return;
  const text = tracker.text(foreign.id, { signal: app.signal });
  await Deno.writeFile(directory.stdout, ReadableStream.from(text).pipeThrough(new TextEncoderStream()));
}

class FilesTooLarge extends RangeError {}

async function keepFiles(
  app: App,
  services: RunServices,
  directory: RunDirectory,
  maker: { readonly project: string; readonly run: RunId },
): Promise<OutputRecord> {
  const [collected] = await collectOutputs([IMPORTED_FILES], directory, services, {
    signal: app.signal,
    observer: { warn: (text) => app.printer.warn(text) },
  });
  return await labelOutput(collected!, maker, services);
}

/** Points in one line of the journal. */
const POINTS_A_LINE = 1000;

/** Writes the journal that aero would have written. @returns How many metric values it has. */
async function writeJournal(
  app: App,
  foreign: ForeignRun,
  directory: RunDirectory,
  { from, place, output }: {
    readonly from: NamedTracker;
    readonly place: Parameters<typeof foreignStart>[2];
    readonly output: OutputRecord | undefined;
  },
): Promise<number> {
  const { start, version } = foreignStart(from, foreign, place);
  const endedAt = instant(foreign.endedAt ?? foreign.startedAt);
  const encoder = new TextEncoder();
  using file = await Deno.open(directory.journal, { write: true, createNew: true, mode: 0o644 });
  const writer = file.writable.getWriter();
  const write = (...event: Parameters<typeof writeJournalEvent>) =>
    writer.write(encoder.encode(writeJournalEvent(...event)));
  await write({ event: "created", at: start.startedAt, start, version });
  let count = 0;
  let points: MetricPoint[] = [];
  const flush = async () => {
    if (points.length > 0) await write({ event: "metrics", at: points.at(-1)!.at, points });
    points = [];
  };
  for await (const { name, value, step, at } of from.tracker.points(foreign.id, { signal: app.signal })) {
    points.push({
      at: instant(at),
      ...(step === undefined || !Number.isFinite(step) ? {} : { step }),
      values: { [name.toWellFormed()]: value },
    });
    count++;
    if (points.length >= POINTS_A_LINE) await flush();
  }
  await flush();
  if (output !== undefined) await write({ event: "output", at: endedAt, name: IMPORTED_FILES, output });
  const state = foreign.state as Exclude<ForeignRun["state"], "running">;
  await write({ event: "ended", at: endedAt, state });
  await writer.close();
  return count;
}
