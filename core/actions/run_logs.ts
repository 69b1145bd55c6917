import type { App } from "../app.ts";
import type { RunId } from "../model/run_id.ts";
import { isLookedAfter } from "../pipeline/heartbeat.ts";
import type { RunDirectory } from "../pipeline/run_directory.ts";
import { findRun } from "./run_lookups.ts";

/** A stream of a program. */
export type LogStream = "stdout" | "stderr";

/** What to give of a run's logs. */
export interface LogRequest {
  readonly streams: readonly LogStream[];
  /** Whether to wait for more while the run goes on. */
  readonly follow: boolean;
}

/** Some bytes of a stream, in order. */
export interface LogBytes {
  readonly stream: LogStream;
  readonly bytes: Uint8Array;
}

const POLL_INTERVAL_MS = 100;
const READ_BYTES = 1 << 16;

/**
 * What a run's program printed: from the files here while there are any, else from the storage. Of an imported run with
 * nothing to print, a note says so.
 *
 * @throws {UserError} `run_not_found`, `run_ambiguous`; {CorruptionError} if what is stored is damaged.
 */
export async function* runLogs(
  app: App,
  reference: string,
  request: LogRequest,
): AsyncGenerator<LogBytes, void, void> {
  const run = await findRun(app, reference);
  const { state } = await app.place();
  const directory = state.run(run);
  const pieces = hasLogs(directory)
    ? localLogs(directory, request, { signal: app.signal, now: app.io.now })
    : storedLogs(app, run, request);
  let empty = true;
  for await (const piece of pieces) {
    empty = false;
    yield piece;
  }
  if (empty) await tellOfImported(app, run, request);
}

/** Says of a run that others' code made that silence here is not what it printed. */
async function tellOfImported(app: App, run: RunId, { streams }: LogRequest): Promise<void> {
  const { imported } = (await app.index()).get(run)!;
  if (imported === undefined || !streams.includes("stdout")) return;
  app.printer.note(
    `nothing that it printed was taken over from ${imported.tracker}:${imported.id}; ` +
      `the tracker may show it: \`aero show ${run}\``,
  );
}

function hasLogs(directory: RunDirectory): boolean {
  try {
    return Deno.statSync(directory.path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function* storedLogs(
  app: App,
  run: RunId,
  { streams }: LogRequest,
): AsyncGenerator<LogBytes, void, void> {
  const { services } = await app.openProject();
  const summary = (await app.index()).get(run)!;
  const record = await services.archive.getRecord(summary.project, run);
  for (const stream of streams) {
    const kept = record?.logs[stream];
    if (kept === undefined) continue;
    for await (const bytes of await services.store.open(kept, { signal: app.signal })) {
      yield { stream, bytes };
    }
  }
}

/** What stands in the files of a run here; with `follow`, until nobody looks after it any more. */
export async function* localLogs(
  directory: RunDirectory,
  { streams, follow }: LogRequest,
  { signal, now }: { readonly signal: AbortSignal; readonly now: () => Date },
): AsyncGenerator<LogBytes, void, void> {
  const readers = streams.map((stream) => new GrowingFile(stream, directory[stream]));
  try {
    for (;;) {
      // Asked before reading, so that what was printed last is read.
      const goesOn = follow && isLookedAfter(directory.heartbeat, now().getTime());
      for (const reader of readers) yield* reader.read();
      if (!goesOn) return;
      await pause(signal);
    }
  } finally {
    for (const reader of readers) reader.close();
  }
}

/** A file that is appended to, and may not be there yet. */
class GrowingFile {
  readonly #stream: LogStream;
  readonly #path: string;
  #file: Deno.FsFile | undefined;

  constructor(stream: LogStream, path: string) {
    this.#stream = stream;
    this.#path = path;
  }

  /** All that has come since it was read last. */
  *read(): Generator<LogBytes, void, void> {
    if (!this.#open()) return;
    for (;;) {
      const bytes = new Uint8Array(READ_BYTES);
      const count = this.#file!.readSync(bytes);
      if (count === null || count === 0) return;
      yield { stream: this.#stream, bytes: bytes.subarray(0, count) };
    }
  }

  close(): void {
    this.#file?.close();
  }

  #open(): boolean {
    try {
      this.#file ??= Deno.openSync(this.#path);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, POLL_INTERVAL_MS);
    signal.addEventListener("abort", stop, { once: true });
  });
}
