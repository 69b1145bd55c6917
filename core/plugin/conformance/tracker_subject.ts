import type { JsonValue } from "../../model/json.ts";
import { foldLogged, type LoggedFacts } from "../../model/logged.ts";
import type { MetricPoint } from "../../model/metric.ts";
import type { EndState } from "../../model/run.ts";
import type { RunId } from "../../model/run_id.ts";
import type { Tracker, TrackerBatch, TrackerErrorCode, TrackerEvent } from "../tracker.ts";
import { TrackerError } from "../tracker.ts";
import { type ConformanceCase, ContractBreach, must } from "./case.ts";
import { sampleStart, type StartChanges } from "./tracker_samples.ts";

/** What a tracker shows of a run, read by other means than the plugin's own sending side. */
export interface ShownRun {
  readonly state: EndState | "running";
  /** Params by the name that people see; values as they were, or as the tracker's text of them. */
  readonly params: Readonly<Record<string, JsonValue>>;
  /** Values of each metric, in the tracker's order. */
  readonly points: Readonly<Record<string, readonly { readonly step?: number; readonly value: number }[]>>;
  /** One with a value as `name=value`; `true` and nothing are no values. */
  readonly tags: readonly string[];
  readonly note?: string;
  /** Names of the outputs that it points to or has. */
  readonly outputs: readonly string[];
  /** Names of the inputs. */
  readonly inputs: readonly string[];
  /** All that the program printed, as far as it is shown; streams may be mixed by whole lines. */
  readonly text: string;
  readonly commit?: string;
  readonly image?: string;
}

/** What the clauses of the tracker contract are tried on. Optional parts are what only some subjects can offer. */
export interface TrackerSubject {
  /** Left open. The runs that clauses make have ids of their own, and tags that say what they are. */
  readonly tracker: Tracker;
  show(run: RunId): Promise<ShownRun>;
  /** Set where {@link TrackerSubject.show} gives only what the contract itself reads back: neither outputs nor text. */
  readonly readsContractOnly?: true;
  /** Opens the same tracker once more, as another process would; the clause closes it. */
  reopen(): Promise<Tracker>;
  /** Opens it with credentials that allow nothing; the clause closes it. */
  denied?(): Promise<Tracker>;
  /** Takes the service away, and brings it back with what it had. */
  outage?(): Promise<{ end(): Promise<void> }>;
  /** Texts that must be seen in no request. */
  readonly secrets?: readonly string[];
  /** All that was sent to the service so far, bodies and headers, less what logs in. */
  sent?(): string;
}

/** A run of one clause. */
export interface ClauseRun {
  readonly run: RunId;
  readonly tracker: Tracker;
  readonly events: readonly TrackerEvent[];
  /** Sends `batch` behind all that this was asked to send before. */
  send(batch: Partial<TrackerBatch>): Promise<void>;
}

/** Makes a clause. */
export function trackerClause(
  name: string,
  run: (subject: TrackerSubject) => Promise<void>,
  skip: (subject: TrackerSubject) => string | undefined = () => undefined,
): ConformanceCase<TrackerSubject> {
  return { name, skip, run };
}

/** Begins a run of its own, and sends that. */
export async function begin(tracker: Tracker, changes: StartChanges = {}): Promise<ClauseRun> {
  const { run, event } = sampleStart(changes);
  const made = clauseRun(tracker, run);
  await made.send({ events: [event] });
  return made;
}

/** A run to which nothing was sent yet. */
export function clauseRun(tracker: Tracker, run: RunId): ClauseRun {
  const events: TrackerEvent[] = [];
  let stdout = 0, stderr = 0;
  const length = (text: string) => new TextEncoder().encode(text).length;
  return {
    run,
    tracker,
    events,
    async send({ events: more = [], stdout: out = "", stderr: err = "" }) {
      await tracker.send(run, { events: events.length, stdout, stderr }, {
        events: more,
        stdout: out,
        stderr: err,
      });
      events.push(...more);
      stdout += length(out);
      stderr += length(err);
    },
  };
}

/** A metrics event of one name, with values at steps from `from`. */
export function metrics(name: string, values: readonly number[], from = 0): TrackerEvent {
  const points: MetricPoint[] = values.map((value, i) => ({
    step: from + i,
    at: 1_800_000_000_000 + from + i,
    values: { [name]: value },
  }));
  return { kind: "metrics", points };
}

/** What a program logs beside metrics, and what it logged before. */
export function logged(facts: LoggedFacts, ...before: readonly LoggedFacts[]): TrackerEvent {
  const held = Object.entries(foldLogged(before)?.tags ?? {});
  const tagsBefore = Object.fromEntries(held.filter(([name]) => Object.hasOwn(facts.tags ?? {}, name)));
  return { kind: "logged", at: 1_800_000_040_000, facts, tagsBefore };
}

/** The end of a run. */
export function ended(state: EndState = "succeeded"): TrackerEvent {
  return {
    kind: "ended",
    at: 1_800_000_100_000,
    state,
    exit: { how: "exited", code: state === "succeeded" ? 0 : 1 },
  };
}

/** States that a call is rejected with a tracker's error of this code. @throws {ContractBreach} if it is not. */
export async function mustFail(
  code: TrackerErrorCode,
  call: () => Promise<unknown>,
  what: string,
): Promise<TrackerError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof TrackerError && error.code === code) return error;
    const got = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new ContractBreach(`${what} must be ${code}; it was rejected with ${got}`, { cause: error });
  }
  throw new ContractBreach(`${what} must be ${code}; it was not rejected`);
}

/** Whether the text of a run can be seen. */
export function showsText({ tracker, readsContractOnly }: TrackerSubject): boolean {
  return tracker.capabilities.text && readsContractOnly !== true;
}

/** States that the tracker shows an output so often, where that can be seen. */
export function mustHaveOutput(subject: TrackerSubject, shown: ShownRun, output: string): void {
  if (subject.readsContractOnly === true) return;
  const count = shown.outputs.filter((name) => name.includes(output)).length;
  must(count > 0, "the output must be there");
  must(count === 1, "the output must be there once");
}

/** States that the tracker shows exactly these values of a metric. */
export function mustShow(shown: ShownRun, name: string, values: readonly number[]): void {
  const found = (shown.points[name] ?? []).map(({ value }) => value);
  const same = found.length === values.length && found.every((value, i) => Object.is(value, values[i]));
  must(same, `${name} must be ${excerpt(values)}; it is ${excerpt(found)}`);
}

function excerpt(values: readonly number[]): string {
  const text = values.slice(0, 6).join(", ");
  return values.length > 6 ? `${values.length} values from ${text}` : `[${text}]`;
}
