import * as z from "zod";
import { isRunId, type RunId } from "../../../core/model/run_id.ts";
import type { OperationOptions } from "../../../core/plugin/context.ts";
import {
  type ForeignFile,
  type ForeignPoint,
  type ForeignQuery,
  type ForeignRun,
  NOTHING_SENT,
  type Tracker,
  type TrackerBatch,
  type TrackerCapabilities,
  type TrackerCursor,
  TrackerError,
  type TrackerRemark,
} from "../../../core/plugin/tracker.ts";
import { DOCUMENT_FILE } from "./begin_run.ts";
import type { CallOptions, Connection } from "./connection.ts";
import { KEY_FIX } from "./failure.ts";
import { loadRun } from "./load_run.ts";
import { Turns } from "./pace.ts";
import { VIEWER } from "./queries.ts";
import { findRun, listRuns, readPoints } from "./read_runs.ts";
import { listFiles, openFile } from "./run_files.ts";
import { parseRunPath, type RunPath, toRunId } from "./run_path.ts";
import { behind, isGap, sendBatch } from "./send_batch.ts";
import { sendRemark } from "./send_remark.ts";
import type { SentRun } from "./sent_run.ts";

/** What {@link WandbTracker} is made with. */
export interface WandbTrackerOptions {
  /** Absent: that of the key. */
  readonly entity?: string;
  /** W&B's project that all runs go to; absent: each goes to the one that `projectOf` says. */
  readonly group?: string;
  /** W&B's project of a run, or the one that is meant where nothing is said. */
  readonly projectOf: (run?: RunId) => Promise<string | undefined>;
  /** Address of the pages. */
  readonly web: string;
  readonly log: (event: string, fields?: Record<string, unknown>) => void;
}

const viewerSchema = z.looseObject({
  viewer: z.looseObject({ entity: z.string().nullish(), username: z.string().nullish() }).nullish(),
});

/** Mirrors runs to Weights & Biases. */
export class WandbTracker implements Tracker {
  readonly capabilities: TrackerCapabilities = {
    artifacts: "link",
    nonFiniteMetrics: true,
    maxPointsPerBatch: 20_000,
    text: true,
    // A server takes a run for crashed some minutes after the last request; the SDK makes one every 30 s.
    heartbeatMs: 25_000,
  };
  readonly location: string;
  readonly group?: string;
  readonly #connection: Connection;
  readonly #options: WandbTrackerOptions;
  /** As far as the server took them. It may show that a little later itself. */
  readonly #sent = new Map<RunId, SentRun>();
  readonly #turns = new Map<RunId, Turns>();
  readonly #stopped = new Set<RunId>();
  #entity: Promise<string> | undefined;
  #closed = false;

  constructor(connection: Connection, options: WandbTrackerOptions) {
    this.#connection = connection;
    this.#options = options;
    if (options.group !== undefined) this.group = options.group;
    const place = [options.entity, options.group].filter((part) => part !== undefined).join("/");
    this.location = `${connection.base}${place === "" ? "" : ` (${place})`}`;
  }

  async cursor(run: RunId, options: OperationOptions = {}): Promise<TrackerCursor> {
    return (await this.#load(run, this.#call(`Cannot ask W&B for run ${run}`, options)))?.progress.cursor ??
      NOTHING_SENT;
  }

  async send(
    run: RunId,
    from: TrackerCursor,
    batch: TrackerBatch,
    options: OperationOptions = {},
  ): Promise<void> {
    const call = this.#call(`Cannot send run ${run} to W&B`, options);
    const sent = this.#sent.get(run) ?? await this.#load(run, call);
    const has = sent?.progress.cursor ?? NOTHING_SENT;
    if (isGap(from, has)) throw gap(call.what, from, has);
    const fresh = behind(from, has, batch);
    const nothing = fresh.events.length === 0 && fresh.stdout === "" && fresh.stderr === "";
    if (sent?.progress.ended !== undefined) {
      // Also no sign of life: that would make it a run that goes on.
      if (nothing) return;
      throw new TrackerError("tracker_ended", { what: call.what, why: "the run has ended there" });
    }
    if (sent === undefined && nothing) return;
    if (sent === undefined && fresh.events[0]?.kind !== "started") throw gap(call.what, from, has);
    await this.#turnOf(run).wait(call.signal);
    const path = sent?.path ?? await this.#pathOf(run, call);
    if (path === undefined) throw projectUnknown(call.what);
    await sendBatch(this.#connection, { path, sent, batch: fresh }, call, {
      onTaken: (taken) => {
        // Of a run that has ended nothing is asked but that.
        this.#sent.set(run, taken);
      },
      onStopped: () => {
        if (!this.#stopped.has(run)) this.#options.log("wandb_stop_asked", { run });
        this.#stopped.add(run);
      },
    });
  }

  async annotate(run: RunId, remark: TrackerRemark, options: OperationOptions = {}): Promise<void> {
    const call = this.#call(`Cannot tell W&B what was said of run ${run}`, options);
    const path = await this.#pathOf(run, call);
    if (path === undefined) throw projectUnknown(call.what);
    await sendRemark(this.#connection, path, remark, call);
  }

  stopAsked(run: RunId): boolean {
    return this.#stopped.has(run);
  }

  urlOf(run: RunId): string | undefined {
    const path = this.#sent.get(run)?.path;
    if (path === undefined) return undefined;
    return `${this.#options.web}/${
      [path.entity, path.project, "runs", path.run].map(encodeURIComponent).join("/")
    }`;
  }

  idOf(run: RunId): string | undefined {
    const path = this.#sent.get(run)?.path;
    return path === undefined ? undefined : toRunId(path);
  }

  async find(id: string, options: OperationOptions = {}): Promise<ForeignRun> {
    const call = this.#call(`Cannot find the run ${JSON.stringify(id)} in W&B`, options);
    return (await findRun(this.#connection, await this.#parse(id, call), this.#options.web, call)).foreign;
  }

  async versionDocument(id: string, options: OperationOptions = {}): Promise<string | undefined> {
    const call = this.#call(`Cannot read the experiment version of ${JSON.stringify(id)} from W&B`, options);
    const reply = await openFile(this.#connection, await this.#parse(id, call), DOCUMENT_FILE, call);
    return reply === undefined
      ? undefined
      : new TextDecoder("utf-8", { ignoreBOM: true }).decode(await reply.arrayBuffer());
  }

  async *list(query: ForeignQuery = {}, options: OperationOptions = {}): AsyncGenerator<ForeignRun> {
    const call = this.#call("Cannot list runs of W&B", options);
    if (query.all === true) {
      throw new TrackerError("tracked_group_not_found", {
        what: call.what,
        why: "W&B gives the runs of one project at a time",
        fix: ["name the project"],
      });
    }
    const { entity, project } = await this.#groupOf(query.group, call);
    if (project === undefined) {
      throw new TrackerError("tracked_group_not_found", {
        what: call.what,
        why: "outside a project nothing says of which project of W&B",
        fix: ["name the project"],
      });
    }
    yield* listRuns(
      this.#connection,
      { entity, project, web: this.#options.web, needed: query.group !== undefined },
      query.limit ?? Infinity,
      call,
    );
  }

  async *points(id: string, options: OperationOptions = {}): AsyncGenerator<ForeignPoint> {
    const call = this.#call(`Cannot read the metrics of ${JSON.stringify(id)} from W&B`, options);
    yield* readPoints(this.#connection, await this.#parse(id, call), this.#options.web, call);
  }

  async *files(id: string, options: OperationOptions = {}): AsyncGenerator<ForeignFile> {
    const call = this.#call(`Cannot list files of ${JSON.stringify(id)} in W&B`, options);
    for await (const { path, size } of listFiles(this.#connection, await this.#parse(id, call), call)) {
      yield { path, ...(size === undefined ? {} : { size }) };
    }
  }

  async readFile(
    id: string,
    path: string,
    options: OperationOptions = {},
  ): Promise<ReadableStream<Uint8Array>> {
    const call = this.#call(`Cannot read ${JSON.stringify(path)} of ${JSON.stringify(id)} from W&B`, options);
    const reply = await openFile(this.#connection, await this.#parse(id, call), path, call);
    if (reply === undefined) {
      throw new TrackerError("tracked_run_not_found", { what: call.what, why: "the run has no such file" });
    }
    return reply.body ?? new Blob([]).stream();
  }

  // deno-lint-ignore require-await -- the contract is a promise
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) this.#connection.close();
    this.#closed = true;
  }

  #call(what: string, { signal }: OperationOptions): CallOptions {
    if (this.#closed) throw new TrackerError("closed", { what, why: "the tracker is closed" });
    signal?.throwIfAborted();
    return { what, signal };
  }

  async #load(run: RunId, call: CallOptions): Promise<SentRun | undefined> {
    const path = await this.#pathOf(run, call);
    const loaded = path === undefined ? undefined : await loadRun(this.#connection, path, call);
    const known = this.#sent.get(run);
    // What it took it may show a little later; a run that is gone is gone.
    const sent = loaded !== undefined && known !== undefined &&
        known.progress.cursor.events > loaded.progress.cursor.events
      ? known
      : loaded;
    if (sent === undefined) this.#sent.delete(run);
    else this.#sent.set(run, sent);
    return sent;
  }

  #turnOf(run: RunId): Turns {
    const turns = this.#turns.get(run) ?? new Turns();
    this.#turns.set(run, turns);
    return turns;
  }

  /** Where a run is to be; `undefined` if nothing says in which project. Asks who the key is in any case. */
  async #pathOf(run: RunId, call: CallOptions): Promise<RunPath | undefined> {
    const entity = await this.#entityFor(call);
    const project = await this.#options.projectOf(run);
    return project === undefined ? undefined : { entity, project, run };
  }

  async #parse(id: string, call: CallOptions): Promise<RunPath> {
    const project = await this.#options.projectOf(isRunId(id) ? id : undefined);
    // First without asking, so that what cannot be an id asks nothing.
    parseRunPath(id, { entity: "x", project });
    return parseRunPath(id, { entity: await this.#entityFor(call), project });
  }

  async #groupOf(
    group: string | undefined,
    call: CallOptions,
  ): Promise<{ entity: string; project: string | undefined }> {
    if (group === undefined) {
      return { entity: await this.#entityFor(call), project: await this.#options.projectOf() };
    }
    const { entity, project } = await this.#parse(`${group}/x`, call);
    return { entity, project };
  }

  /** Whose runs they are; asked once, which also shows whether the key is taken. */
  async #entityFor(call: CallOptions): Promise<string> {
    this.#entity ??= this.#askEntity(call);
    try {
      return await this.#entity;
    } catch (error) {
      this.#entity = undefined;
      throw error;
    }
  }

  async #askEntity(call: CallOptions): Promise<string> {
    const { viewer } = await this.#connection.ask(VIEWER, {}, viewerSchema, call);
    if (viewer === null || viewer === undefined) {
      // With status 200.
      throw new TrackerError("tracker_denied", {
        what: call.what,
        why: `${this.#connection.host} does not know the key`,
        fix: KEY_FIX,
      });
    }
    const entity = this.#options.entity ?? viewer.entity ?? viewer.username;
    if (entity !== null && entity !== undefined && entity !== "") return entity;
    throw new TrackerError("tracker_refused", {
      what: call.what,
      why: "the key has no default entity",
      fix: ["name one: `entity` of the tracker, or WANDB_ENTITY"],
    });
  }
}

function projectUnknown(what: string): TrackerError {
  return new TrackerError("tracker_refused", {
    what,
    why: "nothing says in which project of W&B the run is",
    fix: ["name one: `project` of the tracker, or WANDB_PROJECT"],
  });
}

function gap(what: string, from: TrackerCursor, has: TrackerCursor): TrackerError {
  return new TrackerError("tracker_gap", {
    what,
    why: `what was sent begins behind event ${from.events}, and it has ${has.events}`,
  });
}
