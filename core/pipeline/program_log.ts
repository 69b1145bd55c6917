import { OutsideError } from "../errors.ts";
import { writeJournalEvent } from "../format/journal_format.ts";
import { isJsonObject, type JsonValue } from "../model/json.ts";
import type { JournalEvent } from "../model/journal.ts";
import type { LoggedFacts } from "../model/logged.ts";
import type { MetricPoint } from "../model/metric.ts";
import { withoutUser } from "../model/url_user.ts";
import type { JournalWriter } from "./journal_writer.ts";
import { metricNameFault, withRedactedNames } from "./reported_metrics.ts";

/** Beyond these, people learn nothing more. */
const MOST_WARNINGS = 20;

/** Most that is held for a disk that is full, in characters of the journal. */
const MOST_HELD = 32 * 2 ** 20;

/** Takes what a program says of its run through an API. */
export interface ProgramSink {
  /** Never throws. */
  metrics(points: readonly MetricPoint[]): void;
  /** Never throws. */
  logged(facts: LoggedFacts): void;
  /**
   * Nothing more comes.
   *
   * @throws {OutsideError} `disk_full` if more waited for the disk than is held; and what the last write of something
   * that is not written yet threw.
   */
  finish(): void;
}

/** Takes nothing: for programs of which nothing is recorded. */
export const NO_SINK: ProgramSink = { metrics() {}, logged() {}, finish() {} };

/** Writes what a program says of its run to its journal: in order, at once, and without secrets. */
export class JournalSink implements ProgramSink {
  readonly #journal: Pick<JournalWriter, "append">;
  readonly #redact: (text: string) => string;
  readonly #options: { readonly now: () => number; readonly warn: (text: string) => void };
  /** What a full disk did not take; the next call tries again. */
  #pending: JournalEvent[] = [];
  #held = 0;
  /** Why something that was held is gone. */
  #lost: OutsideError | undefined;
  /** What was told: a program can say the same wrong thing over and over. */
  readonly #told = new Set<string>();
  #finished = false;

  constructor(
    journal: Pick<JournalWriter, "append">,
    redact: (text: string) => string,
    options: { readonly now: () => number; readonly warn: (text: string) => void },
  ) {
    this.#journal = journal;
    this.#redact = redact;
    this.#options = options;
  }

  metrics(reported: readonly MetricPoint[]): void {
    const points = withRedactedNames(reported.flatMap((point) => this.#namable(point)), this.#redact);
    if (points.length > 0) this.#take({ event: "metrics", at: this.#options.now(), points });
  }

  logged(facts: LoggedFacts): void {
    let redacted: LoggedFacts;
    try {
      redacted = redactedFacts(facts, this.#redact);
    } catch (error) {
      return this.#leaveOut(error);
    }
    if (Object.keys(redacted).length === 0) return;
    this.#take({ event: "logged", at: this.#options.now(), facts: redacted });
  }

  finish(): void {
    this.#finished = true;
    if (this.#lost !== undefined) throw this.#lost;
    this.#flush();
  }

  #take(event: JournalEvent): void {
    // The run has ended, and its program cannot have said that; or it fails, and what came before this is lost.
    if (this.#finished || this.#lost !== undefined) return;
    this.#pending.push(event);
    try {
      this.#flush();
      this.#held = 0;
    } catch (error) {
      // Only what the system refuses is tried again; what cannot be written at all would stop all that follows.
      if (error instanceof Error && "code" in error) return this.#hold(event, error);
      this.#pending.shift();
      this.#leaveOut(error);
    }
  }

  /** Gives up what waits where it would fill the memory too: a run that lacks what was logged is no result. */
  #hold(event: JournalEvent, cause: Error): void {
    try {
      this.#held += writeJournalEvent(event).length;
    } catch (error) {
      this.#pending.pop();
      return this.#leaveOut(error);
    }
    if (this.#held <= MOST_HELD) return;
    this.#pending = [];
    this.#lost = new OutsideError("disk_full", {
      what: "Cannot record what the program logs",
      why: `the journal cannot be written (${cause.message}), and more waits than is held in memory`,
      fix: ["free space on the disk of the project, and run it again"],
    }, { cause });
    this.#warn(`${this.#lost.report.what}: ${this.#lost.report.why}; the run fails when it ends`);
  }

  #leaveOut(error: unknown): void {
    this.#warn(`something that the program logged is left out: ${this.#redact(String(error))}`);
  }

  #warn(text: string): void {
    if (this.#told.has(text) || this.#told.size >= MOST_WARNINGS) return;
    this.#told.add(text);
    this.#options.warn(text);
  }

  #flush(): void {
    while (this.#pending.length > 0) {
      this.#journal.append(this.#pending[0]!);
      this.#pending.shift();
    }
  }

  /** The metrics of a point that can have their names; none, or one point. */
  #namable(point: MetricPoint): MetricPoint[] {
    const entries = Object.entries(point.values);
    const good = entries.filter(([name]) => {
      const fault = metricNameFault(name);
      if (fault !== undefined) this.#warn(`a metric is left out: ${this.#redact(fault)}`);
      return fault === undefined;
    });
    if (good.length === 0) return [];
    return [good.length === entries.length ? point : { ...point, values: Object.fromEntries(good) }];
  }
}

/** Facts whose texts hold no secret, in names too, and no password of an address; without what says nothing. */
function redactedFacts(facts: LoggedFacts, redact: (text: string) => string): LoggedFacts {
  const { params, tags, note, inputs } = facts;
  // JSON has no lone surrogates, and a journal must be UTF-8.
  const clean = (text: string) => redact(text.toWellFormed());
  const value = (json: JsonValue): JsonValue => {
    if (typeof json === "string") return clean(json);
    if (typeof json === "number" && !Number.isFinite(json)) return String(json);
    if (Array.isArray(json)) return json.map(value);
    return isJsonObject(json) ? named(json, value) : json;
  };
  const named = <T>(members: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(members).map(([name, member]) => [clean(name), change(member)]));
  return {
    ...(isFilled(params) ? { params: named(params, value) } : {}),
    ...(isFilled(tags) ? { tags: named(tags, (tag) => tag === null ? null : clean(tag)) } : {}),
    ...(note === undefined ? {} : { note: clean(note) }),
    ...(inputs === undefined || inputs.length === 0 ? {} : {
      inputs: inputs.map(({ name, url, digest }) => ({
        name: clean(name),
        ...(url === undefined ? {} : { url: clean(withoutUser(url)) }),
        ...(digest === undefined ? {} : { digest: clean(digest) }),
      })),
    }),
  };
}

function isFilled<T extends object>(members: T | undefined): members is T {
  return members !== undefined && Object.keys(members).length > 0;
}
