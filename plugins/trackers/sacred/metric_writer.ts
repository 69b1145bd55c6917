import type { PushOperator } from "mongodb";
import type { RunId } from "../../../core/model/run_id.ts";
import type { Collections, MetricDocument, MetricMark } from "./documents.ts";
import { isDuplicate } from "./failure.ts";
import { objectIdOf } from "./object_ids.ts";

/**
 * Most points in one document. Each takes up to 48 bytes, and up to 32 more where it has no step, of at most 16 MiB in
 * a document; a curve of more is no use to a page.
 */
export const MOST_POINTS = 50_000;

/**
 * A document with so many takes no more. Every push costs the server as much as the document is long, or some servers
 * even as much as the collection, so what comes in large pieces becomes whole documents.
 */
const FULL_POINTS = 20_000;

/** A value of one metric. */
export interface SentPoint {
  /** Count of the run's events before the one that has it. */
  readonly event: number;
  /** Count of this metric's points before it in that event. */
  readonly within: number;
  readonly step: number | undefined;
  readonly value: number;
  readonly at: number;
}

/** An entry of `info.metrics`. */
export interface MetricEntry {
  readonly name: string;
  readonly id: string;
}

type Mark = Omit<MetricMark, "counted">;

/**
 * Writes the points of one metric of one run, each once however often they come.
 *
 * Each document says which point is its last, and is changed together with that: so nothing has to be believed of an
 * answer that was lost, nor of what another document says.
 */
export class MetricWriter {
  readonly #at: Collections;
  readonly #run: RunId;
  readonly #number: number;
  readonly #name: string;
  /** The last document, if there is one. */
  #mark: Mark | undefined;
  #known = false;

  constructor(at: Collections, run: RunId, number: number, name: string) {
    this.#at = at;
    this.#run = run;
    this.#number = number;
    this.#name = name;
  }

  /**
   * Takes what is not there yet.
   *
   * @param points In the order of the journal.
   * @returns The documents that hold them.
   */
  async take(points: readonly SentPoint[]): Promise<MetricEntry[]> {
    const entries = new Map<number, MetricEntry>();
    for (;;) {
      if (!this.#known) await this.#look();
      const fresh = points.filter((point) => isBehind(point, this.#mark));
      if (this.#mark !== undefined) entries.set(this.#mark.part, this.#entryOf(this.#mark.part));
      if (fresh.length === 0) return [...entries.values()];
      const done = this.#mark !== undefined && this.#mark.points < FULL_POINTS
        ? await this.#push(this.#mark, fresh.slice(0, MOST_POINTS - this.#mark.points))
        : await this.#insert(fresh.slice(0, MOST_POINTS));
      // Another writer was here, or somebody removed the document.
      if (!done) this.#known = false;
    }
  }

  /** Finds the last document. Parts follow each other, so the first that is not full or not there is the end. */
  async #look(): Promise<void> {
    this.#mark = undefined;
    for (let part = 1;; part++) {
      const document = await this.#at.metrics.findOne({ _id: this.#idOf(part) }, {
        projection: { aero: 1 },
      });
      if (document?.aero === undefined) break;
      const { counted: _counted, ...mark } = document.aero;
      this.#mark = mark;
      if (mark.points < FULL_POINTS) break;
    }
    this.#known = true;
  }

  async #push(mark: Mark, points: readonly SentPoint[]): Promise<boolean> {
    const { steps, values, timestamps, counted } = columns(points, mark);
    const after = markBehind(mark, points);
    const push = {
      steps: { $each: steps },
      values: { $each: values },
      timestamps: { $each: timestamps },
      ...(counted.length === 0 ? {} : { "aero.counted": { $each: counted } }),
    };
    const { matchedCount } = await this.#at.metrics.updateOne(
      { _id: this.#idOf(mark.part), "aero.points": mark.points },
      {
        $push: push as unknown as PushOperator<MetricDocument>,
        $set: { "aero.points": after.points, "aero.event": after.event, "aero.within": after.within },
      },
    );
    if (matchedCount === 1) this.#mark = after;
    return matchedCount === 1;
  }

  async #insert(points: readonly SentPoint[]): Promise<boolean> {
    const last = this.#mark;
    const part = (last?.part ?? 0) + 1;
    const before = last === undefined ? 0 : last.before + last.points;
    const mark = { run: this.#run, name: this.#name, part, points: 0, before, event: 0, within: 0 };
    const { counted, ...arrays } = columns(points, mark);
    const after = markBehind(mark, points);
    try {
      await this.#at.metrics.insertOne({
        _id: this.#idOf(part),
        run_id: this.#number,
        name: this.#entryOf(part).name,
        ...arrays,
        aero: { ...after, counted },
      });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return false;
    }
    this.#mark = after;
    return true;
  }

  #entryOf(part: number): MetricEntry {
    const name = part === 1 ? this.#name : `${this.#name} (${part})`;
    return { name, id: this.#idOf(part).toHexString() };
  }

  #idOf(part: number) {
    return objectIdOf(this.#run, this.#number, "metric", this.#name, part);
  }
}

function isBehind({ event, within }: SentPoint, mark: Mark | undefined): boolean {
  if (mark === undefined) return true;
  return event > mark.event || event === mark.event && within >= mark.within;
}

function markBehind(mark: Mark, points: readonly SentPoint[]): Mark {
  const { event, within } = points.at(-1)!;
  return { ...mark, points: mark.points + points.length, event, within: within + 1 };
}

/** Sacred counts points that come without a step; which ones these are is kept, so that they are read as they came. */
function columns(points: readonly SentPoint[], mark: Mark) {
  const counted: number[] = [];
  const steps = points.map(({ step }, i) => {
    if (step !== undefined) return step;
    const place = mark.points + i;
    if (counted.at(-1) === place) counted[counted.length - 1] = place + 1;
    else counted.push(place, place + 1);
    return mark.before + place;
  });
  return {
    steps,
    values: points.map(({ value }) => value),
    timestamps: points.map(({ at }) => new Date(at)),
    counted,
  };
}
