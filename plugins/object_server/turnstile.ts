/**
 * Lets so many in at once, others in the order of their coming; but nobody waits for longer than a while.
 *
 * A bound on what a burst costs, and not on what those cost who stay inside: someone who stands still must not keep
 * others out.
 */
export class Turnstile {
  #free: number;
  readonly #patienceMs: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number, patienceMs: number) {
    this.#free = count;
    this.#patienceMs = patienceMs;
  }

  /** Resolves when there is room, or when it was waited for long enough; dispose of it to make room. */
  async enter(): Promise<Disposable> {
    if (this.#free <= 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(go, this.#patienceMs);
        const waiting = this.#waiting;
        function go() {
          clearTimeout(timer);
          waiting.delete(go);
          resolve();
        }
        waiting.add(go);
      });
    }
    this.#free--;
    return { [Symbol.dispose]: () => this.#leave() };
  }

  #leave(): void {
    this.#free++;
    const [next] = this.#waiting;
    if (this.#free > 0) next?.();
  }
}
