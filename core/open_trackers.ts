import type { App } from "./app.ts";
import { plural } from "./cli/human.ts";
import { loadProject, loadSettings } from "./config/load.ts";
import type { TrackerSection } from "./config/project_config.ts";
import type { Settings } from "./config/resolve_config.ts";
import { canonicalJson } from "./format/canonical_json.ts";
import { digestOf } from "./format/digest_of.ts";
import type { RunId } from "./model/run_id.ts";
import { laterSignal } from "./later_signal.ts";
import { offlineError } from "./mirror/live_mirror.ts";
import { MirrorBook } from "./mirror/mirror_book.ts";
import type { BesideJournal } from "./mirror/beside_journal.ts";
import { type LaggingTracker, RunMirrors } from "./mirror/run_mirrors.ts";
import { type RunRemark, runRemark } from "./mirror/run_remark.ts";
import { tellRemark } from "./mirror/tell_remark.ts";
import { troubleText, UnopenedTracker } from "./mirror/unopened_tracker.ts";
import { digestHex } from "./model/digest.ts";
import type { NamedTracker } from "./plugin/named_tracker.ts";
import type { Tracker } from "./plugin/tracker.ts";

/** Longest time that a command waits for trackers at its end, in milliseconds; and one that was interrupted. */
const PATIENCE_MS = 10_000;
const INTERRUPTED_PATIENCE_MS = 3_000;
/** Longest time that somebody who says a word of a run waits for trackers to have heard it, in milliseconds. */
const REMARK_PATIENCE_MS = 5_000;

/** The trackers that the config names, opened when the first run begins or somebody asks for one. */
export class Trackers implements AsyncDisposable {
  /** What the config says. */
  readonly sections: readonly TrackerSection[];
  /** Name of the project of this place; absent outside of one. */
  readonly project: string | undefined;
  readonly #app: App;
  readonly #settings: Settings;
  readonly #closing = new AsyncDisposableStack();
  #opened: Promise<readonly NamedTracker[]> | undefined;
  #book: Promise<MirrorBook> | undefined;
  #signal: AbortSignal | undefined;
  #mirrors: RunMirrors | undefined;

  constructor(app: App, sections: readonly TrackerSection[], settings: Settings, project?: string) {
    this.#app = app;
    this.sections = sections;
    this.project = project;
    this.#settings = settings;
  }

  /** All of them; one that cannot be opened tells why when it is used. */
  all(): Promise<readonly NamedTracker[]> {
    return this.#opened ??= this.#open();
  }

  async #open(): Promise<readonly NamedTracker[]> {
    return await Promise.all(this.sections.map(async (section) => {
      const { use, name, options } = section;
      const tracker = await this.open(section).catch((error: unknown) => new UnopenedTracker(name, error));
      this.#closing.use(tracker);
      return { name, use, key: keyOf(use, options, tracker.location), tracker };
    }));
  }

  /** Opens one anew; the caller closes it. @throws what the plugin throws. */
  async open({ use, options }: TrackerSection): Promise<Tracker> {
    const plugin = (await this.#app.registry()).trackers.find(({ name }) => name === use);
    if (plugin === undefined) throw new TypeError(`The config let through a tracker named ${use}`);
    this.#signal ??= laterSignal(this.#app.signal, this.#closing);
    return await plugin.open(options, {
      ...this.#app.pluginContext(this.#settings.dataDirectory),
      signal: this.#signal,
      ...(this.project === undefined ? {} : { project: this.project }),
      projectOf: async (run) => (await this.#app.bareIndex()).get(run)?.project,
    });
  }

  /** What was sent where, from this place. */
  book(): Promise<MirrorBook> {
    return this.#book ??= this.#openBook();
  }

  async #openBook(): Promise<MirrorBook> {
    const { state } = await this.#app.place();
    state.prepare();
    return this.#closing.use(new MirrorBook(`${state.path}/trackers.db`, () => this.#app.io.now().getTime()));
  }

  /** Sends runs while they go on. */
  mirrors(beside: BesideJournal): RunMirrors {
    return this.#mirrors ??= new RunMirrors({
      trackers: () => this.all(),
      book: () => this.book(),
      beside,
      remarkOf: (run) => this.remarkOf(run),
      offline: this.#app.isOffline,
    });
  }

  /** What people said of a run later, as far as is known here; `undefined` if nothing. */
  async remarkOf(run: RunId): Promise<RunRemark | undefined> {
    const index = await this.#app.bareIndex();
    const summary = index.get(run);
    return summary === undefined ? undefined : runRemark(summary, index.annotations(run));
  }

  /**
   * Tells all trackers what people said of a run, for as long as a command waits for them, and says what waits.
   *
   * @param imported Whether others' code made it: then only those that it was sent to have it.
   * @returns Names of those that do not have it.
   */
  async tell(run: RunId, imported: boolean): Promise<string[]> {
    const remark = await this.remarkOf(run);
    if (this.sections.length === 0 || remark === undefined) return [];
    const book = await this.book();
    const asked = (await this.all()).filter((to) => !imported || book.knows(to, run));
    const waiting: string[] = [];
    await Promise.all(asked.map(async (to) => {
      const { error } = this.#app.isOffline
        ? book.remarked(to).get(run) === remark.digest ? {} : { error: offlineError() }
        : await tellRemark(to, remark, book, REMARK_PATIENCE_MS, this.#app.signal);
      if (error === undefined) return;
      waiting.push(to.name);
      this.#app.printer.warn(
        `what was said of run ${run} waits on this machine for ${to.name} at ${to.tracker.location}: ` +
          `${troubleText(error)}; send it: \`aero sync\``,
      );
    }));
    return waiting;
  }

  /**
   * Waits for what was begun, says what waits, and is done at once where nothing was.
   *
   * @returns Whether something waits.
   */
  async settle(): Promise<boolean> {
    const { signal, io } = this.#app;
    const lagging =
      await (signal.aborted
        ? this.#mirrors?.settle(INTERRUPTED_PATIENCE_MS, io.urgent)
        : this.#mirrors?.settle(PATIENCE_MS, signal)) ?? [];
    for (const one of lagging) this.#app.printer.warn(laggingText(one));
    return lagging.length > 0;
  }

  /** Also of a command that failed, runs are sent as far as they came. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.settle();
    } finally {
      await this.#closing[Symbol.asyncDispose]();
    }
  }
}

/** Reads which trackers the config of this place names. */
export async function configuredTrackers(app: App): Promise<Trackers> {
  const sources = await app.configSources();
  const { root } = await app.place();
  if (root === undefined) {
    const { trackers, settings } = await loadSettings(sources);
    return new Trackers(app, trackers, settings);
  }
  const { project, settings } = await loadProject(root, sources);
  return new Trackers(app, project.trackers, settings, project.project);
}

/** Opens a tracker of the config once more, as the contract's clauses want it; the caller closes it. */
export async function openedForContract(app: App, { name, tracker }: NamedTracker): Promise<Tracker> {
  const trackers = await app.trackers();
  const section = trackers.sections.find((section) => section.name === name)!;
  const plugin = (await app.registry()).trackers.find((plugin) => plugin.name === section.use);
  const options = plugin?.contractOptions?.(section.options, tracker.group) ?? section.options;
  return await trackers.open({ ...section, options });
}

function laggingText({ to, runs, error }: LaggingTracker): string {
  const why = error === undefined ? "it takes long" : troubleText(error);
  const verb = runs.length === 1 ? "waits" : "wait";
  return `${plural(runs.length, "run")} ${verb} on this machine for ${to.name} at ${to.tracker.location}: ` +
    `${why}; send them: \`aero sync\``;
}

/** What is remembered of one tracker must never be taken for what another has. */
function keyOf(use: string, options: TrackerSection["options"], location: string): string {
  return digestHex(digestOf(canonicalJson({ use, options, location }))).slice(0, 16);
}
