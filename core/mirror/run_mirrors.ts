import type { RunId } from "../model/run_id.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import type { BesideJournal } from "./beside_journal.ts";
import { LiveMirror } from "./live_mirror.ts";
import type { MirrorBook } from "./mirror_book.ts";
import type { RunRemark } from "./run_remark.ts";
import { tellRemark } from "./tell_remark.ts";
import { type RunFiles, tapeOfFiles } from "./open_tape.ts";

/** Runs of one command that a tracker does not have whole. */
export interface LaggingTracker {
  readonly to: NamedTracker;
  readonly runs: readonly RunId[];
  /** Why, of the last of them; absent if there was not enough time. */
  readonly error?: unknown;
}

/** What sending needs. */
export interface RunMirrorsOptions {
  /** Opens the trackers of the config; called with the first run. */
  readonly trackers: () => Promise<readonly NamedTracker[]>;
  readonly book: () => Promise<MirrorBook>;
  /** Of all its runs. */
  readonly beside: BesideJournal;
  /** What people said of a run while it went on. */
  readonly remarkOf: (run: RunId) => Promise<RunRemark | undefined>;
  /** Nothing is sent: all of it waits. */
  readonly offline: boolean;
}

/** Whoever runs it: told of its pages, once each, and of those who ask for it to stop, by a tracker's name. */
export interface MirrorListener {
  onUrl(tracker: string, url: string): void;
  onStopAsked(tracker: string): void;
}

/** Sends the runs of one command to trackers while they go on. Nothing in here throws, or makes a run wait. */
export class RunMirrors {
  readonly #options: RunMirrorsOptions;
  readonly #begun: { readonly run: RunId; readonly live: Promise<LiveMirror> }[] = [];

  constructor(options: RunMirrorsOptions) {
    this.#options = options;
  }

  /**
   * Begins to send a run that has a journal.
   *
   * @returns To be disposed when the journal has its end.
   */
  begin(
    run: RunId,
    files: RunFiles,
    listener: MirrorListener,
  ): Disposable {
    const live = this.#open(run, files, listener);
    // Told of in settle(); until then nobody listens.
    live.catch(() => {});
    this.#begun.push({ run, live });
    return { [Symbol.dispose]: () => void live.then((mirror) => mirror.end(), () => {}) };
  }

  async #open(
    run: RunId,
    files: RunFiles,
    listener: MirrorListener,
  ): Promise<LiveMirror> {
    const { trackers, book, beside, offline } = this.#options;
    const [to, claims] = await Promise.all([trackers(), book()]);
    claims.claim(run);
    return new LiveMirror(run, to, {
      openTape: () => tapeOfFiles(files, beside),
      onUrl: (to, url) => listener.onUrl(to.name, url),
      onStopAsked: (at) => listener.onStopAsked(at.name),
      offline,
    });
  }

  /**
   * Waits until all runs that have ended are sent, but no longer than people would, and remembers what was sent. What
   * was settled once is not told again.
   *
   * @param patienceMs Longest wait in all, in milliseconds.
   * @param hurry Aborts when whoever waits has had enough.
   */
  async settle(patienceMs: number, hurry?: AbortSignal): Promise<LaggingTracker[]> {
    const begun = this.#begun.splice(0);
    if (begun.length === 0) return [];
    const until = performance.now() + patienceMs;
    const lagging = new Map<string, { to: NamedTracker; runs: RunId[]; error?: unknown }>();
    const book = await this.#options.book();
    await Promise.all(begun.map(async ({ run, live }) => {
      for (const { to, complete, url, error } of await (await live).finish(patienceMs, hurry)) {
        book.note(to, run, { complete, ...(url === undefined ? {} : { url }) });
        const trouble = complete ? await this.#tell(to, run, until, hurry) : { error };
        if (trouble === undefined) continue;
        const entry = lagging.get(to.key) ?? { to, runs: [] };
        entry.runs.push(run);
        if (trouble.error !== undefined) entry.error = trouble.error;
        lagging.set(to.key, entry);
      }
      book.release(run);
    }));
    return [...lagging.values()];
  }

  /** Tells what was said while the run went on; what the run sent behind it may stand in its place. */
  async #tell(
    to: NamedTracker,
    run: RunId,
    until: number,
    hurry: AbortSignal | undefined,
  ): Promise<{ readonly error: unknown } | undefined> {
    const remark = await this.#options.remarkOf(run);
    if (remark === undefined) return undefined;
    const patienceMs = Math.max(0, until - performance.now());
    const told = await tellRemark(to, remark, await this.#options.book(), patienceMs, hurry);
    return told.error === undefined ? undefined : { error: told.error };
  }
}
