/** Where two streams begin to differ. */
export interface FirstDifference {
  /** Of the first byte that differs, or of the end of the shorter one. */
  readonly offset: number;
  /** Bytes around it in each; they begin at {@link FirstDifference.contextOffset}. */
  readonly a: Uint8Array;
  readonly b: Uint8Array;
  /** Offset of the first byte of `a` and `b`: up to 16 before the difference. */
  readonly contextOffset: number;
}

const BEFORE = 16;
const AFTER = 32;

/**
 * Finds the first byte in which two streams differ; `undefined` if they are equal. Memory does not grow with them.
 *
 * Both are cancelled as soon as the answer is known.
 */
export async function firstDifference(
  a: ReadableStream<Uint8Array>,
  b: ReadableStream<Uint8Array>,
): Promise<FirstDifference | undefined> {
  const left = new Side(a), right = new Side(b);
  try {
    let offset = 0;
    let before = new Uint8Array();
    while (true) {
      const [x, y] = await Promise.all([left.atLeast(1), right.atLeast(1)]);
      const length = Math.min(x.length, y.length);
      let same = 0;
      while (same < length && x[same] === y[same]) same++;
      before = join(before, x.subarray(0, same)).slice(-BEFORE);
      offset += same;
      left.skip(same);
      right.skip(same);
      if (same === length && length > 0) continue;
      if (x.length === 0 && y.length === 0) return undefined;
      const [restA, restB] = await Promise.all([left.atLeast(AFTER), right.atLeast(AFTER)]);
      return {
        offset,
        contextOffset: offset - before.length,
        a: join(before, restA.subarray(0, AFTER)),
        b: join(before, restB.subarray(0, AFTER)),
      };
    }
  } finally {
    await Promise.all([left.cancel(), right.cancel()]);
  }
}

class Side {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** What comes next; at least so many bytes unless the end is near. */
  async atLeast(bytes: number): Promise<Uint8Array> {
    while (this.#rest.length < bytes) {
      const { done, value } = await this.#reader.read();
      if (done) break;
      this.#rest = this.#rest.length === 0 ? value : join(this.#rest, value);
    }
    return this.#rest;
  }

  skip(bytes: number): void {
    this.#rest = this.#rest.subarray(bytes);
  }

  async cancel(): Promise<void> {
    // A stream that has failed already told so by read().
    await this.#reader.cancel().catch(() => {});
  }
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
