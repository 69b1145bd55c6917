import type { JournalEvent } from "../model/journal.ts";
import type { MetricPoint } from "../model/metric.ts";
import type { TrackerEvent } from "../plugin/tracker.ts";
import { type BesideJournal, trackedStart } from "./beside_journal.ts";
import { ToldFacts } from "./told_facts.ts";

/** Values in one event: what every tracker takes in one request. A line of a journal may have more. */
const MOST_VALUES = 1000;

/**
 * What trackers are told of a run's events, taken from the first one on.
 *
 * Equal journals give as many events, so that a count of them says how far a tracker is, whoever counts.
 */
export class TrackerEvents {
  readonly #beside: BesideJournal;
  #told: ToldFacts | undefined;
  #project = "";

  constructor(beside: BesideJournal) {
    this.#beside = beside;
  }

  /**
   * Takes the next event of the journal.
   *
   * @returns None, one, or several for a line of many metric values.
   */
  async of(event: JournalEvent): Promise<TrackerEvent[]> {
    switch (event.event) {
      case "created": {
        const { start, version } = event;
        this.#told = new ToldFacts(start, version);
        this.#project = start.project;
        return [{ kind: "started", started: await trackedStart(start, version, this.#beside) }];
      }
      case "started":
        return [];
      case "metrics":
        return inPieces(event.points).map((points) => ({ kind: "metrics", points }));
      case "logged": {
        const told = this.#told?.take(event.facts);
        return told === undefined ? [] : [{ kind: "logged", at: event.at, ...told }];
      }
      case "output": {
        const { at, name, output } = event;
        const url = await this.#beside.urlOf(output, this.#project);
        return [{ kind: "output", at, name, output, ...(url === undefined ? {} : { url }) }];
      }
      case "ended": {
        const { at, state, exit, reason } = event;
        return [{
          kind: "ended",
          at,
          state,
          ...(exit === undefined ? {} : { exit }),
          ...(reason === undefined ? {} : { reason }),
        }];
      }
    }
  }
}

/** How many metric values an event has. */
export function valuesIn(event: TrackerEvent): number {
  return event.kind === "metrics"
    ? event.points.reduce((sum, { values }) => sum + Object.keys(values).length, 0)
    : 0;
}

/** Pieces of at most {@link MOST_VALUES} values; also a point of more is divided. */
function inPieces(points: readonly MetricPoint[]): MetricPoint[][] {
  const pieces: MetricPoint[][] = [];
  let room = 0;
  for (const point of points.flatMap(divided)) {
    const count = Object.keys(point.values).length;
    if (pieces.length === 0 || count > room) {
      pieces.push([]);
      room = MOST_VALUES;
    }
    pieces.at(-1)!.push(point);
    room -= count;
  }
  return pieces;
}

function divided(point: MetricPoint): MetricPoint[] {
  const entries = Object.entries(point.values);
  if (entries.length <= MOST_VALUES) return [point];
  const parts: MetricPoint[] = [];
  for (let at = 0; at < entries.length; at += MOST_VALUES) {
    parts.push({ ...point, values: Object.fromEntries(entries.slice(at, at + MOST_VALUES)) });
  }
  return parts;
}
