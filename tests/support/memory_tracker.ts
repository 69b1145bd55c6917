import type { OperationOptions } from "../../core/plugin/context.ts";
import type { ShownRun } from "../../core/plugin/conformance/tracker.ts";
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
  type TrackerEvent,
  type TrackerRemark,
} from "../../core/plugin/tracker.ts";
import type { JsonValue } from "../../core/model/json.ts";
import { foldLogged, NOTHING_LOGGED, type RunLogged } from "../../core/model/logged.ts";
import { namedTags, tagWord } from "../../core/model/named_tags.ts";
import { nearest } from "../../core/model/nearest.ts";
import type { RunId } from "../../core/model/run_id.ts";

/** What a {@link MemoryTracker} has of one run. */
export interface MemoryRun {
  readonly id: string;
  readonly events: TrackerEvent[];
  stdout: string;
  stderr: string;
  /** What people said later, in order. */
  readonly remarks: TrackerRemark[];
}

/** A run that others' code made in a {@link MemoryTracker}. */
export interface MadeByOthers {
  readonly run: ForeignRun;
  readonly points?: readonly ForeignPoint[];
  /** Text by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** What it printed. */
  readonly text?: string;
}

/** The service behind {@link MemoryTracker}: what stays when a process ends. */
export class MemoryTrackerService {
  readonly runs = new Map<RunId, MemoryRun>();
  /** By id. */
  readonly others = new Map<string, MadeByOthers>();
  down = false;
  /** Never answers. */
  hangs = false;
  /** All that was sent. */
  sent = "";

  /** What it shows of a run. */
  show(run: RunId): ShownRun {
    const { events = [], stdout = "", stderr = "" } = this.runs.get(run) ?? {};
    const started = startOf(events);
    const ended = events.find((event) => event.kind === "ended");
    const points: Record<string, { step?: number; value: number }[]> = {};
    for (const { name, value, step } of pointsOf(events)) {
      (points[name] ??= []).push({ value, ...(step === undefined ? {} : { step }) });
    }
    const { start, version } = started ?? {};
    const logged = loggedOf(events);
    const { tags, note } = wordsOf(this.runs.get(run));
    return {
      state: ended?.state ?? "running",
      params: { ...version?.params, ...logged.params },
      points,
      tags: Object.entries(tags).map(([name, value]) => tagWord(name, value)),
      ...(note === undefined ? {} : { note }),
      outputs: events.flatMap((event) => event.kind === "output" ? [event.name] : []),
      inputs: [
        ...Object.values(start?.inputs ?? {}).map(({ artifact }) => artifact),
        ...logged.inputs.map(({ name }) => name),
      ],
      text: stdout + stderr,
      ...(version === undefined ? {} : { commit: version.code.commit }),
      ...(version?.environment.kind === "container" ? { image: version.environment.image } : {}),
    };
  }
}

/** A tracker in memory that keeps the contract to the letter. */
export class MemoryTracker implements Tracker {
  readonly capabilities: TrackerCapabilities = {
    artifacts: "link",
    nonFiniteMetrics: true,
    maxPointsPerBatch: 1000,
    text: true,
    heartbeatMs: 0,
  };
  readonly location: string;
  readonly group?: string;
  readonly #service: MemoryTrackerService;
  readonly #denied: boolean;
  #closed = false;

  constructor(
    service: MemoryTrackerService,
    options: { readonly denied?: boolean; readonly location?: string; readonly group?: string } = {},
  ) {
    if (options.group !== undefined) this.group = options.group;
    this.#service = service;
    this.#denied = options.denied ?? false;
    this.location = options.location ?? "memory";
  }

  async cursor(run: RunId, options: OperationOptions = {}): Promise<TrackerCursor> {
    await this.#ask(options);
    const { events = [], stdout = "", stderr = "" } = this.#service.runs.get(run) ?? {};
    return { events: events.length, stdout: byteLength(stdout), stderr: byteLength(stderr) };
  }

  async send(
    run: RunId,
    from: TrackerCursor,
    batch: TrackerBatch,
    options: OperationOptions = {},
  ): Promise<void> {
    await this.#ask(options);
    this.#service.sent += JSON.stringify(batch);
    const cursor = await this.cursor(run, options);
    if (from.events > cursor.events || from.stdout > cursor.stdout || from.stderr > cursor.stderr) {
      throw new TrackerError("tracker_gap", {
        what: `Cannot take events of run ${run}`,
        why: "some are left out",
      });
    }
    const fresh = batch.events.slice(cursor.events - from.events);
    if (fresh.length === 0 && batch.stdout === "" && batch.stderr === "") return;
    const known = this.#service.runs.get(run) ??
      { id: `memory-${this.#service.runs.size + 1}`, events: [], stdout: "", stderr: "", remarks: [] };
    if (known.events.at(-1)?.kind === "ended" && fresh.length > 0) {
      throw new TrackerError("tracker_ended", {
        what: `Cannot take events of run ${run}`,
        why: "it has ended",
      });
    }
    this.#service.runs.set(run, known);
    known.events.push(...fresh);
    known.stdout += cutBytes(batch.stdout, cursor.stdout - from.stdout);
    known.stderr += cutBytes(batch.stderr, cursor.stderr - from.stderr);
  }

  async annotate(run: RunId, remark: TrackerRemark, options: OperationOptions = {}): Promise<void> {
    await this.#ask(options);
    const known = this.#service.runs.get(run);
    if (known === undefined) throw unknown(run);
    known.remarks.push(remark);
  }

  urlOf(run: RunId): string | undefined {
    return this.#service.runs.has(run) ? `memory://${run}` : undefined;
  }

  idOf(run: RunId): string | undefined {
    return this.#service.runs.get(run)?.id;
  }

  async find(id: string, options: OperationOptions = {}): Promise<ForeignRun> {
    await this.#ask(options);
    return this.#service.others.get(id)?.run ?? toForeign(this.#byId(id));
  }

  async versionDocument(id: string, options: OperationOptions = {}): Promise<string | undefined> {
    await this.#ask(options);
    if (this.#service.others.has(id)) return undefined;
    return startOf(this.#byId(id).events)?.versionDocument;
  }

  async *list(query: ForeignQuery = {}, options: OperationOptions = {}): AsyncGenerator<ForeignRun> {
    await this.#ask(options);
    const own = [...this.#service.runs.values()].reverse().map(toForeign);
    const others = [...this.#service.others.values()].map(({ run }) => run);
    const all = [...own, ...others];
    const asked = query.all === true ? undefined : query.group ?? this.group;
    const runs = all.filter(({ group }) => asked === undefined || asked === group);
    if (query.group !== undefined && runs.length === 0) throw noGroup(query.group, all);
    yield* runs.slice(0, query.limit);
  }

  async *points(id: string, options: OperationOptions = {}): AsyncGenerator<ForeignPoint> {
    await this.#ask(options);
    const other = this.#service.others.get(id);
    yield* other === undefined ? pointsOf(this.#byId(id).events) : other.points ?? [];
  }

  async *text(id: string, options: OperationOptions = {}): AsyncGenerator<string> {
    await this.#ask(options);
    const other = this.#service.others.get(id);
    if (other === undefined) {
      const { stdout, stderr } = this.#byId(id);
      yield stdout + stderr;
    } else if (other.text !== undefined) yield other.text;
  }

  async *files(id: string, options: OperationOptions = {}): AsyncGenerator<ForeignFile> {
    await this.#ask(options);
    const other = this.#service.others.get(id);
    if (other === undefined) this.#byId(id);
    for (const [path, text] of Object.entries(other?.files ?? {})) yield { path, size: byteLength(text) };
  }

  async readFile(
    id: string,
    path: string,
    options: OperationOptions = {},
  ): Promise<ReadableStream<Uint8Array>> {
    await this.#ask(options);
    const text = this.#service.others.get(id)?.files?.[path];
    if (text === undefined) throw unknown(`${id}/${path}`);
    return new Blob([text]).stream();
  }

  // deno-lint-ignore require-await
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
  }

  async #ask({ signal }: OperationOptions): Promise<void> {
    await Promise.resolve();
    signal?.throwIfAborted();
    if (this.#closed) throw new TrackerError("closed", { what: "Cannot use a tracker that is closed" });
    if (this.#denied) throw new TrackerError("tracker_denied", { what: "Cannot use memory" });
    if (this.#service.hangs) await new Promise(() => {});
    if (this.#service.down) throw new TrackerError("tracker_unavailable", { what: "Cannot reach memory" });
  }

  #byId(id: string): MemoryRun {
    const run = [...this.#service.runs.values()].find((run) => run.id === id);
    if (run === undefined) throw unknown(id);
    return run;
  }
}

function startOf(events: readonly TrackerEvent[]) {
  const first = events[0];
  return first?.kind === "started" ? first.started : undefined;
}

function loggedOf(events: readonly TrackerEvent[]): RunLogged {
  return foldLogged(events.flatMap((event) => event.kind === "logged" ? [event.facts] : [])) ??
    NOTHING_LOGGED;
}

/** Tags and note of a run, with what was said later. */
function wordsOf(run: MemoryRun | undefined): { tags: Record<string, JsonValue>; note: string | undefined } {
  const start = startOf(run?.events ?? [])?.start;
  const logged = loggedOf(run?.events ?? []);
  const tags: Record<string, JsonValue> = {
    ...(start === undefined ? {} : namedTags(start)),
    ...logged.tags,
  };
  let note = logged.note ?? start?.note;
  for (const remark of run?.remarks ?? []) {
    for (const tag of remark.untagged) delete tags[tag];
    for (const tag of remark.tagged) tags[tag] = true;
    note = remark.note ?? note;
  }
  return { tags, note };
}

function* pointsOf(events: readonly TrackerEvent[]): Generator<ForeignPoint> {
  for (const event of events) {
    if (event.kind !== "metrics") continue;
    for (const { step, at, values } of event.points) {
      for (const [name, value] of Object.entries(values)) {
        yield { name, value, at, ...(step === undefined ? {} : { step }) };
      }
    }
  }
}

function toForeign(run: MemoryRun): ForeignRun {
  const { id, events } = run;
  const { start, version } = startOf(events)!;
  const logged = loggedOf(events);
  const { tags, note } = wordsOf(run);
  const ended = events.find((event) => event.kind === "ended");
  return {
    id,
    name: start.stage,
    group: start.project,
    state: ended?.state ?? "running",
    startedAt: start.startedAt,
    ...(ended === undefined ? {} : { endedAt: ended.at }),
    user: start.host.user,
    params: { ...version.params, ...logged.params },
    tags,
    ...(note === undefined ? {} : { note }),
    source: { commit: version.code.commit },
    inputs: [
      ...Object.values(start.inputs).map(({ artifact, manifest }) => ({
        name: artifact,
        digest: manifest.digest,
      })),
      ...logged.inputs,
    ],
    ...(version.environment.kind === "container" ? { image: version.environment.image } : {}),
    aero: { run: start.run, project: start.project, version: start.version },
  };
}

function unknown(id: string): TrackerError {
  return new TrackerError("tracked_run_not_found", { what: `Cannot find the run ${JSON.stringify(id)}` });
}

function noGroup(group: string, runs: readonly ForeignRun[]): TrackerError {
  const near = nearest(group, runs.map((run) => run.group));
  return new TrackerError("tracked_group_not_found", {
    what: `Cannot find the group ${JSON.stringify(group)}`,
    ...(near === undefined ? {} : { fix: [`write \`${near}\``] }),
  });
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** What is left of a text behind its first bytes. */
function cutBytes(text: string, bytes: number): string {
  return new TextDecoder().decode(new TextEncoder().encode(text).subarray(bytes));
}
