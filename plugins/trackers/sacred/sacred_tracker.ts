import type { Filter, MongoClient } from "mongodb";
import { isAbort } from "../../../core/errors.ts";
import type { RunId } from "../../../core/model/run_id.ts";
import type { OperationOptions } from "../../../core/plugin/context.ts";
import { orAbort } from "../../../core/plugin/or_abort.ts";
import {
  type ForeignFile,
  type ForeignPoint,
  type ForeignQuery,
  type ForeignRun,
  type Tracker,
  type TrackerBatch,
  type TrackerCapabilities,
  type TrackerCursor,
  TrackerError,
  type TrackerRemark,
} from "../../../core/plugin/tracker.ts";
import { groupMissing } from "../../../core/plugin/group_missing.ts";
import { type Collections, collectionsOf, type RunDocument } from "./documents.ts";
import { toTrackerError } from "./failure.ts";
import { foreignRun } from "./foreign_run.ts";
import { readChunks } from "./grid_file.ts";
import { readPoints } from "./read_points.ts";
import { filesOf, readVersionDocument } from "./run_files.ts";
import { loadCursor, type RunProgress } from "./run_progress.ts";
import { sendBatch } from "./send_batch.ts";
import { sendRemark } from "./send_remark.ts";

/** What a {@link SacredTracker} is opened with. */
export interface SacredOptions {
  readonly client: MongoClient;
  readonly database: string;
  /** Hosts and database, for people. */
  readonly location: string;
  /** Experiment whose runs are listed. */
  readonly experiment?: string;
  /** Omniboard's address. */
  readonly omniboard?: string;
  readonly now: () => Date;
}

const MOST_NUMBER = 2 ** 31;
const NEWEST_FIRST = { _id: -1 } as const;

/** Runs in a MongoDB database, as Sacred keeps them. Made by `openSacred`. */
export class SacredTracker implements Tracker {
  readonly capabilities: TrackerCapabilities = {
    artifacts: "link",
    nonFiniteMetrics: true,
    // Enough for a document of a metric that takes no more, FULL_POINTS, and not much memory.
    maxPointsPerBatch: 25_000,
    text: true,
    // Sacred beats every ten seconds, and Omniboard takes a run for dead after two minutes.
    heartbeatMs: 10_000,
  };
  readonly location: string;
  readonly group?: string;
  readonly #options: SacredOptions;
  readonly #at: Collections;
  /** Of runs that go on. */
  readonly #progress = new Map<RunId, RunProgress>();
  /** Numbers of runs that were sent. */
  readonly #numbers = new Map<RunId, number>();
  #closed = false;

  constructor(options: SacredOptions) {
    this.#options = options;
    this.location = options.location;
    if (options.experiment !== undefined) this.group = options.experiment;
    this.#at = collectionsOf(options.client.db(options.database));
  }

  async cursor(run: RunId, options: OperationOptions = {}): Promise<TrackerCursor> {
    return await this.#ask(`Cannot look up run ${run}`, options, () => loadCursor(this.#at, run));
  }

  async send(
    run: RunId,
    from: TrackerCursor,
    batch: TrackerBatch,
    options: OperationOptions = {},
  ): Promise<void> {
    const known = this.#progress.get(run);
    // Whatever becomes of a call that fails, the next one asks the database.
    this.#progress.delete(run);
    const progress = await this.#ask(
      `Cannot send run ${run}`,
      options,
      () => sendBatch(this.#at, run, known, from, batch),
    );
    if (progress === undefined) return;
    this.#numbers.set(run, progress.number);
    if (!progress.ended) this.#progress.set(run, progress);
  }

  async annotate(run: RunId, remark: TrackerRemark, options: OperationOptions = {}): Promise<void> {
    await this.#ask(`Cannot say something of run ${run}`, options, () => sendRemark(this.#at, run, remark));
  }

  urlOf(run: RunId): string | undefined {
    return this.#numbers.has(run) ? this.#options.omniboard : undefined;
  }

  idOf(run: RunId): string | undefined {
    return this.#numbers.get(run)?.toString();
  }

  async find(id: string, options: OperationOptions = {}): Promise<ForeignRun> {
    return this.#toForeign(await this.#document(id, options));
  }

  async versionDocument(id: string, options: OperationOptions = {}): Promise<string | undefined> {
    const document = await this.#document(id, options);
    const what = `Cannot read the version of run ${id}`;
    return await this.#ask(what, options, () => readVersionDocument(this.#at, document));
  }

  async *list(query: ForeignQuery = {}, options: OperationOptions = {}): AsyncGenerator<ForeignRun> {
    const group = query.all === true ? undefined : query.group ?? this.#options.experiment;
    const filter: Filter<RunDocument> = {
      _id: { $gte: 0 },
      ...(group === undefined ? {} : { "experiment.name": group }),
    };
    const cursor = this.#at.runs.find(filter, {
      sort: NEWEST_FIRST,
      limit: query.limit ?? 0,
      projection: { "captured_out": 0, "info.experiment_version": 0, "info.metrics": 0 },
    });
    const what = "Cannot list runs";
    let any = false;
    for await (const run of this.#each(what, options, cursor, (run) => this.#toForeign(run))) {
      any = true;
      yield run;
    }
    if (!any && query.group !== undefined) {
      const names = await this.#ask(what, options, () => this.#at.runs.distinct("experiment.name"));
      const why = `${this.location} has no runs of an experiment ${JSON.stringify(query.group)}`;
      throw groupMissing(query.group, why, names.filter((name) => typeof name === "string"));
    }
  }

  async *points(id: string, options: OperationOptions = {}): AsyncGenerator<ForeignPoint> {
    const { _id: number } = await this.#document(id, options);
    yield* this.#each(`Cannot read metrics of run ${id}`, options, readPoints(this.#at, number), (p) => p);
  }

  async *text(id: string, options: OperationOptions = {}): AsyncGenerator<string> {
    const { _id: number } = await this.#document(id, options);
    const found = await this.#ask(
      `Cannot read what run ${id} printed`,
      options,
      () => this.#at.runs.findOne({ _id: number }, { projection: { "captured_out": 1 } }),
    );
    // Sacred leaves it out, or null, where it was told to capture nothing.
    const text: unknown = found?.captured_out;
    if (typeof text === "string" && text !== "") yield text;
  }

  async *files(id: string, options: OperationOptions = {}): AsyncGenerator<ForeignFile> {
    const document = await this.#document(id, options);
    const files = await this.#ask(
      `Cannot list files of run ${id}`,
      options,
      () => filesOf(this.#at, document),
    );
    for (const { path, size } of files) yield { path, ...(size === undefined ? {} : { size }) };
  }

  async readFile(
    id: string,
    path: string,
    options: OperationOptions = {},
  ): Promise<ReadableStream<Uint8Array>> {
    const document = await this.#document(id, options);
    const what = `Cannot read ${JSON.stringify(path)} of run ${id}`;
    const files = await this.#ask(what, options, () => filesOf(this.#at, document));
    const file = files.find((one) => one.path === path);
    if (file === undefined) {
      throw new TrackerError("tracked_run_not_found", { what, why: "it keeps no such file" });
    }
    return ReadableStream.from(this.#each(what, options, readChunks(this.#at, file.id), (bytes) => bytes));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#options.client.close();
  }

  async #document(id: string, options: OperationOptions): Promise<RunDocument> {
    const what = `Cannot find the run ${JSON.stringify(id)}`;
    const number = Number(id);
    if (!/^[1-9]\d*$/.test(id) || number >= MOST_NUMBER) {
      throw new TrackerError("tracker_id_invalid", {
        what,
        why: "ids of Sacred's runs are whole numbers from 1",
      });
    }
    const projection = { "captured_out": 0 };
    const found = await this.#ask(
      what,
      options,
      () => this.#at.runs.findOne({ _id: number }, { projection }),
    );
    if (found !== null) return found;
    throw new TrackerError("tracked_run_not_found", { what, why: `${this.location} has no such run` });
  }

  #toForeign(document: RunDocument): ForeignRun {
    const { now, omniboard } = this.#options;
    return foreignRun(document, now().getTime(), omniboard);
  }

  /** Calls the driver, which cannot stop what it has begun: an abort lets it end unheard. */
  async #ask<T>(what: string, { signal }: OperationOptions, call: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    if (this.#closed) throw new TrackerError("closed", { what, why: "the tracker was closed" });
    // All calls wait for one connection: the driver closes it under those that do not, and tells them nothing else.
    const asked = this.#options.client.connect().then(call);
    try {
      return await orAbort(asked, signal);
    } catch (error) {
      if (this.#closed && !isAbort(error)) {
        throw new TrackerError("closed", { what, why: "the tracker was closed" });
      }
      throw toTrackerError(error, `${what} at ${this.location}`);
    }
  }

  async *#each<From, To>(
    what: string,
    options: OperationOptions,
    source: AsyncIterable<From>,
    map: (item: From) => To,
  ): AsyncGenerator<To> {
    const items = source[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = await this.#ask(what, options, () => items.next());
        if (done) return;
        yield map(value);
      }
    } finally {
      await items.return?.();
    }
  }
}
