/** Hands each piece of a stream to `onPiece`, in order, to the end. */
export async function pump(
  stream: ReadableStream<Uint8Array>,
  onPiece: (bytes: Uint8Array) => void,
): Promise<void> {
  for await (const bytes of stream) onPiece(bytes);
}

/** Keeps the end of a stream, to quote from. */
export class Tail {
  #bytes: Uint8Array = new Uint8Array(0);
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(bytes: Uint8Array): void {
    if (bytes.length >= this.#limit) {
      this.#bytes = bytes.slice(-this.#limit);
      return;
    }
    const kept = this.#bytes.subarray(Math.max(0, this.#bytes.length + bytes.length - this.#limit));
    const joined = new Uint8Array(kept.length + bytes.length);
    joined.set(kept);
    joined.set(bytes, kept.length);
    this.#bytes = joined;
  }

  text(): string {
    return new TextDecoder().decode(this.#bytes);
  }
}

/** Waits for `promise`, at most `ms`; whether it came. Leaves no timer behind. */
export async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), ms));
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
