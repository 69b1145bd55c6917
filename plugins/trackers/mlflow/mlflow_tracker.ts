import type { OperationOptions } from "../../../core/plugin/context.ts";
import {
  type ForeignFile,
  type ForeignPoint,
  type ForeignQuery,
  type ForeignRun,
  NOTHING_SENT,
  type TrackedStart,
  type Tracker,
  type TrackerBatch,
  type TrackerCapabilities,
  type TrackerCursor,
  TrackerError,
  type TrackerRemark,
} from "../../../core/plugin/tracker.ts";
import type { RunId } from "../../../core/model/run_id.ts";
import { beginRun, type Parts, provideRun } from "./begin_run.ts";
import { Experiments } from "./experiments.ts";
import { behind, refuseGap } from "./fresh_part.ts";
import type { MlflowClient } from "./mlflow_client.ts";
import type { LoggedModels } from "./outputs.ts";
import { pageOf } from "./read_run.ts";
import { ForeignRuns } from "./foreign_runs.ts";
import { RunFiles } from "./run_files.ts";
import { joinGroup, leaveGroup } from "./run_group.ts";
import { findByTag, type Step } from "./run_lookup.ts";
import { TAG } from "./run_tags.ts";
import { sendBatch } from "./send_batch.ts";
import { sendRemark } from "./send_remark.ts";
import { type SentRun, sentRun } from "./sent_run.ts";
import { toTrackerCursor } from "./stored_cursor.ts";

/** How runs go to a server. */
export interface MlflowOptions {
  readonly experiment?: string;
  readonly loggedModels: LoggedModels;
  /** Ends all calls. */
  readonly signal: AbortSignal;
}

/** An MLflow tracking server, by its REST API 2.0. */
export class MlflowTracker implements Tracker {
  readonly capabilities: TrackerCapabilities = {
    artifacts: "link",
    nonFiniteMetrics: true,
    // Five requests of the 1,000 that a server takes at once, and one of the cursor.
    maxPointsPerBatch: 5000,
    text: true,
    heartbeatMs: 0,
  };
  readonly group?: string;
  readonly #client: MlflowClient;
  readonly #parts: Parts;
  readonly #options: MlflowOptions;
  readonly #read: ForeignRuns;
  /** As the server had them after the last call that went well. */
  readonly #sent = new Map<RunId, SentRun>();
  readonly #pages = new Map<RunId, string>();
  readonly #ids = new Map<RunId, string>();
  /** Stages of one command that begin at the same time make one parent. */
  #joining: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(client: MlflowClient, options: MlflowOptions) {
    this.#client = client;
    this.#options = options;
    const { experiment } = options;
    if (experiment !== undefined) this.group = experiment;
    this.#parts = {
      client,
      experiments: new Experiments(client),
      files: new RunFiles(client),
      ...(experiment === undefined ? {} : { experiment }),
    };
    this.#read = new ForeignRuns(this.#parts);
  }

  get location(): string {
    return this.#client.base;
  }

  async cursor(run: RunId, options: OperationOptions = {}): Promise<TrackerCursor> {
    const step = this.#step(`Cannot ask MLflow for the run ${run}`, options);
    this.#sent.delete(run);
    const found = await this.#find(run, step);
    return found === undefined ? NOTHING_SENT : toTrackerCursor(found.cursor);
  }

  async send(
    run: RunId,
    from: TrackerCursor,
    batch: TrackerBatch,
    options: OperationOptions = {},
  ): Promise<void> {
    const step = this.#step(`Cannot send the run ${run} to MLflow`, options);
    const known = this.#sent.get(run) ?? await this.#find(run, step);
    const cursor = known?.cursor;
    refuseGap(run, from, cursor ?? NOTHING_SENT);
    const fresh = behind(from, cursor ?? NOTHING_SENT, batch);
    const [first] = fresh.events;
    if (first === undefined && fresh.stdout === "" && fresh.stderr === "") return;
    if (cursor?.ended) {
      throw new TrackerError("tracker_ended", { what: step.what, why: "it has ended there" });
    }
    const beginning = (cursor?.events ?? 0) === 0;
    if (beginning && first?.kind !== "started") {
      throw new TrackerError("tracker_gap", {
        what: step.what,
        why: "its beginning is not there, and was not sent",
      });
    }
    // Until all went well nobody knows what is there: the next call asks.
    this.#sent.delete(run);
    const sent = first?.kind === "started" ? await this.#begin(run, known, first.started, step) : known!;
    await sendBatch(this.#parts, sent, fresh, this.#options.loggedModels, step);
    if (sent.cursor.ended) await this.#join(() => leaveGroup(this.#client, sent, step));
    this.#sent.set(run, sent);
  }

  async annotate(run: RunId, remark: TrackerRemark, options: OperationOptions = {}): Promise<void> {
    const step = this.#step(`Cannot tell MLflow what was said of run ${run}`, options);
    const found = await this.#find(run, step);
    if (found === undefined) {
      throw new TrackerError("tracked_run_not_found", { what: step.what, why: "it does not have the run" });
    }
    await sendRemark(this.#client, found.id, remark, step);
  }

  urlOf(run: RunId): string | undefined {
    return this.#pages.get(run);
  }

  idOf(run: RunId): string | undefined {
    return this.#ids.get(run);
  }

  async find(id: string, options: OperationOptions = {}): Promise<ForeignRun> {
    return await this.#read.find(
      id,
      this.#step(`Cannot find the run ${JSON.stringify(id)} in MLflow`, options),
    );
  }

  async versionDocument(id: string, options: OperationOptions = {}): Promise<string | undefined> {
    return await this.#read.document(
      id,
      this.#step(`Cannot read the version of the MLflow run ${id}`, options),
    );
  }

  async *list(query: ForeignQuery = {}, options: OperationOptions = {}): AsyncGenerator<ForeignRun> {
    yield* this.#read.list(query, this.#step("Cannot list the runs of MLflow", options));
  }

  async *points(id: string, options: OperationOptions = {}): AsyncGenerator<ForeignPoint> {
    yield* this.#read.points(id, this.#step(`Cannot read the metrics of the MLflow run ${id}`, options));
  }

  async *files(id: string, options: OperationOptions = {}): AsyncGenerator<ForeignFile> {
    yield* this.#read.files(id, this.#step(`Cannot list the files of the MLflow run ${id}`, options));
  }

  async readFile(
    id: string,
    path: string,
    options: OperationOptions = {},
  ): Promise<ReadableStream<Uint8Array>> {
    return await this.#read.readFile(
      id,
      path,
      this.#step(`Cannot read a file of the MLflow run ${id}`, options),
    );
  }

  // deno-lint-ignore require-await
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#client.close();
  }

  async #begin(
    run: RunId,
    known: SentRun | undefined,
    started: TrackedStart,
    step: Step,
  ): Promise<SentRun> {
    const sent = known ?? await provideRun(this.#parts, started, step);
    this.#found(run, sent);
    await beginRun(this.#parts, sent, started, step);
    await this.#join(() => joinGroup(this.#client, sent, started, step));
    return sent;
  }

  async #find(run: RunId, step: Step): Promise<SentRun | undefined> {
    const { experiments, experiment } = this.#parts;
    const ids = await experiments.ids(experiment, step.what, step.signal);
    const found = await findByTag(this.#client, ids, TAG.run, run, step);
    if (found === undefined) return undefined;
    const sent = sentRun(found);
    this.#found(run, sent);
    return sent;
  }

  #found(run: RunId, { experiment, id }: SentRun): void {
    this.#ids.set(run, id);
    this.#pages.set(run, pageOf(this.#client.base, experiment, id));
  }

  /** One after the other. */
  async #join(body: () => Promise<void>): Promise<void> {
    const before = this.#joining;
    const own = (async () => {
      await before.catch(() => {});
      await body();
    })();
    this.#joining = own.catch(() => {});
    await own;
  }

  #step(what: string, { signal }: OperationOptions): Step {
    if (this.#closed) throw new TrackerError("closed", { what, why: "it was closed" });
    signal?.throwIfAborted();
    const all = signal === undefined ? this.#options.signal : AbortSignal.any([signal, this.#options.signal]);
    return { what, signal: all };
  }
}
