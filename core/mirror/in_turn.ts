/**
 * Lets work that overlaps begin in order: what comes first of each waits for what came first of all before it.
 *
 * To be called once for each, in order.
 */
export class InTurn {
  #last: Promise<void> = Promise.resolve();

  /** The next one's place. */
  next(): Turn {
    const place = Promise.withResolvers<void>();
    const before = this.#last;
    this.#last = place.promise;
    return {
      async begin(work) {
        await before;
        await work();
        place.resolve();
      },
      // What never began holds up nobody, and lets nobody pass those before it.
      [Symbol.dispose]: () => place.resolve(before),
    };
  }
}

/** One place in the order; to be disposed when its work has ended, also if it never began. */
export interface Turn extends Disposable {
  /** Does what comes first when all before have done theirs. Rejects with its failure. */
  begin(work: () => Promise<void>): Promise<void>;
}
