/** A body on its way; over once it is disposed. */
export interface BodyUnderWay extends Disposable {
  /** Most bytes that were under way at once since it began, its own included. */
  readonly mostBytes: number;
}

/** What bodies that are sent at the same time have in common: each has a part of the link only. */
export class SharedLink {
  readonly #bodies = new Set<{ mostBytes: number }>();
  #bytes = 0;

  /** Counts a body of so many bytes from now on. */
  begin(bytes: number): BodyUnderWay {
    this.#bytes += bytes;
    let isOver = false;
    const body = {
      mostBytes: 0,
      [Symbol.dispose]: () => {
        if (isOver) return;
        isOver = true;
        this.#bytes -= bytes;
        this.#bodies.delete(body);
      },
    };
    this.#bodies.add(body);
    for (const each of this.#bodies) each.mostBytes = Math.max(each.mostBytes, this.#bytes);
    return body;
  }
}
