import type { JournalEvent } from "../model/journal.ts";
import type { MetricPoint } from "../model/metric.ts";
import { canonicalJson } from "./canonical_json.ts";
import { invalidDocument, newerDocument } from "./document.ts";
import { experimentVersionShape } from "./experiment_version_shape.ts";
import { loggedFactsShape } from "./logged_shape.ts";
import { MetricsWriter, readMetricsEvent } from "./metrics_line.ts";
import { endStateShape, exitShape, outputShape, runStartShape } from "./run_shape.ts";
import { amount, isObject, name, object, optional, type Shape, tagged, text } from "./shape.ts";

/** What a journal holds. */
export interface Journal {
  readonly events: JournalEvent[];
  /** Whether bytes stand after the last whole line: a write that was cut off. */
  readonly torn: boolean;
  /** Bytes up to the end of the last whole line. Who goes on writing a torn journal cuts it to this first. */
  readonly wholeBytes: number;
}

/** A journal, as errors name it. */
export const JOURNAL_KIND = { code: "journal", title: "the journal of a run" } as const;

type Event<Name> = Extract<JournalEvent, { event: Name }>;

const EVENTS: Readonly<Record<string, Shape<JournalEvent>>> = {
  created: object<Event<"created">>({
    event: text as Shape<"created">,
    at: amount,
    start: runStartShape,
    version: experimentVersionShape,
  }),
  started: object<Event<"started">>({ event: text as Shape<"started">, at: amount }),
  logged: object<Event<"logged">>({ event: text as Shape<"logged">, at: amount, facts: loggedFactsShape }),
  output: object<Event<"output">>({ event: text as Shape<"output">, at: amount, name, output: outputShape }),
  ended: object<Event<"ended">>({
    event: text as Shape<"ended">,
    at: amount,
    state: endStateShape,
    exit: optional(exitShape),
    reason: optional(text),
  }),
};

const event = tagged<JournalEvent>("event", EVENTS);
const metrics = new MetricsWriter();

/**
 * One line of a journal, with its line feed: canonical JSON.
 *
 * @throws {TypeError} if it is not an event: the caller made it wrongly.
 */
export function writeJournalEvent(journalEvent: JournalEvent): string {
  if (journalEvent.event === "metrics") return metrics.write(journalEvent);
  const faults: string[] = [];
  event.check(journalEvent, "", faults);
  if (faults.length > 0) throw new TypeError(`Cannot write an event: ${faults.join("; ")}`);
  return `${canonicalJson(journalEvent)}\n`;
}

/**
 * Reads a journal, also one whose last line was cut off.
 *
 * @throws {CorruptionError} `journal_invalid` with the line, if a whole line is not an event.
 * @throws {UserError} `journal_newer` if a line is an event of a kind that this aero does not know.
 */
export function readJournal(bytes: Uint8Array): Journal {
  const wholeBytes = bytes.lastIndexOf(10) + 1;
  const events: JournalEvent[] = [];
  // Cut before decoding: a line that ends within a character must not spoil the whole ones.
  const whole = decode(bytes.subarray(0, wholeBytes));
  let start = 0;
  while (start < whole.length) {
    const end = whole.indexOf("\n", start);
    events.push(readJournalEvent(whole.slice(start, end), events.length + 1));
    start = end + 1;
  }
  return { events, torn: wholeBytes < bytes.length, wholeBytes };
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw invalidDocument(JOURNAL_KIND, "it is not UTF-8", { cause });
  }
}

/**
 * Reads one line of a journal, without its line feed.
 *
 * @param number From 1; for messages.
 * @throws {CorruptionError} `journal_invalid`; {UserError} `journal_newer`.
 */
export function readJournalEvent(line: string, number: number): JournalEvent {
  const value = parseLine(line, number);
  if (!isObject(value)) throw invalidDocument(JOURNAL_KIND, `line ${number} is not a JSON object`);
  if (value.event === "metrics") {
    const read = readMetricsEvent(value);
    if (read === undefined) {
      throw invalidDocument(JOURNAL_KIND, `line ${number} is not a list of metric points`);
    }
    return read;
  }
  if (typeof value.event === "string" && !Object.hasOwn(EVENTS, value.event)) {
    throw newerDocument(JOURNAL_KIND, `line ${number} is an event ${JSON.stringify(value.event)}`);
  }
  const faults: string[] = [];
  event.check(value, "", faults);
  if (faults.length > 0) {
    throw invalidDocument(JOURNAL_KIND, `in line ${number}, ${faults.slice(0, 10).join("; ")}`);
  }
  return value as unknown as JournalEvent;
}

function parseLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw invalidDocument(JOURNAL_KIND, `line ${number} is not JSON`, { cause });
  }
}

/** All metric points of a journal's events, in order. */
export function pointsOf(events: readonly JournalEvent[]): MetricPoint[] {
  const points: MetricPoint[] = [];
  for (const item of events) {
    if (item.event === "metrics") { for (const point of item.points) points.push(point); }
  }
  return points;
}
