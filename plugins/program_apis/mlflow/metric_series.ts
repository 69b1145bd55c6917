/** One value of a metric as the program gave it. */
export interface Point {
  readonly value: number;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly step: number;
}

/** Numbers of a point. */
const WIDTH = 3;

/** How far back an equal point is looked for. */
const LOOK_BACK = 1000;

/** How many points may be held for reading back, over all metrics of all runs: 48 MB, and 24 more while one grows. */
const MOST_POINTS = 2_000_000;

/** How many points are held, over all metrics that share it. */
export class PointBudget {
  left: number;

  constructor(points = MOST_POINTS) {
    this.left = points;
  }
}

/**
 * All values of one metric, in the order in which they came, 24 bytes each. If there is no room for one more, all of
 * this metric are forgotten here, but for the latest; whoever the points were told to has them.
 */
export class MetricSeries {
  readonly #budget: PointBudget;
  #numbers: Float64Array | undefined = new Float64Array(4 * WIDTH);
  #length = 0;
  #latest: Point | undefined;

  constructor(budget: PointBudget) {
    this.#budget = budget;
  }

  /** The point of the highest step, then time, then value, which is what a run shows. */
  get latest(): Point | undefined {
    return this.#latest;
  }

  /** How many points are held; `undefined` once they are forgotten. */
  get length(): number | undefined {
    return this.#numbers === undefined ? undefined : this.#length;
  }

  /** Whether an equal point came shortly before: a request that was sent again. */
  has({ value, timestamp, step }: Point): boolean {
    const numbers = this.#numbers;
    if (numbers === undefined) return false;
    const first = Math.max(0, this.#length - LOOK_BACK);
    for (let i = this.#length - 1; i >= first; i--) {
      const at = i * WIDTH;
      if (numbers[at + 1]! < timestamp) return false;
      const same = numbers[at + 1] === timestamp && numbers[at + 2] === step &&
        Object.is(numbers[at], value);
      if (same) return true;
    }
    return false;
  }

  /** Adds a point at the end. */
  add(point: Point): void {
    if (this.#latest === undefined || isLater(point, this.#latest)) this.#latest = point;
    if (this.#numbers === undefined) return;
    if (this.#budget.left === 0) {
      this.#budget.left += this.#length;
      this.#numbers = undefined;
      return;
    }
    this.#budget.left--;
    const at = this.#length * WIDTH;
    if (at === this.#numbers.length) this.#numbers = widened(this.#numbers);
    this.#numbers[at] = point.value;
    this.#numbers[at + 1] = point.timestamp;
    this.#numbers[at + 2] = point.step;
    this.#length++;
  }

  /** Points `from` to before `to` of those held. */
  slice(from: number, to: number): readonly Point[] {
    const numbers = this.#numbers;
    if (numbers === undefined) return [];
    const points: Point[] = [];
    for (let i = from; i < Math.min(to, this.#length); i++) {
      const at = i * WIDTH;
      points.push({ value: numbers[at]!, timestamp: numbers[at + 1]!, step: numbers[at + 2]! });
    }
    return points;
  }
}

function widened(numbers: Float64Array): Float64Array {
  const wider = new Float64Array(Math.ceil(numbers.length / WIDTH * 1.5) * WIDTH);
  wider.set(numbers);
  return wider;
}

function isLater(a: Point, b: Point): boolean {
  if (a.step !== b.step) return a.step > b.step;
  if (a.timestamp !== b.timestamp) return a.timestamp > b.timestamp;
  // NaN is below every number, so that a number shows where there is one.
  return Number.isNaN(b.value) || a.value >= b.value;
}
