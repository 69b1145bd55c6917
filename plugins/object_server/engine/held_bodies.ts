import type { ReleasedBody } from "./mutation.ts";

/** Bodies that are being read: they stay, row and file, until nobody reads them any more. */
export class HeldBodies {
  readonly #holders = new Map<number, number>();
  readonly #released = new Map<number, ReleasedBody>();
  readonly #drop: (bodies: readonly ReleasedBody[]) => void;

  /** @param drop Removes bodies that nothing refers to and nobody reads. */
  constructor(drop: (bodies: readonly ReleasedBody[]) => void) {
    this.#drop = drop;
  }

  /**
   * Holds bodies. To be called in the turn of the event loop in which the row that refers to them was read.
   *
   * @returns Lets them go; does nothing when called again.
   */
  hold(bodies: readonly number[]): () => void {
    for (const body of bodies) this.#holders.set(body, (this.#holders.get(body) ?? 0) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#letGo(bodies);
    };
  }

  /** Takes note that nothing refers to these bodies any more. */
  release(bodies: readonly ReleasedBody[]): void {
    const free = this.notHeld(bodies);
    if (free.length > 0) this.#drop(free);
  }

  /**
   * Those of some bodies that nobody reads; the others are dropped again when their readers let them go.
   *
   * To be asked in the turn of the event loop in which it is looked up that nothing refers to them: from then on
   * nobody can come to read them.
   */
  notHeld(bodies: readonly ReleasedBody[]): ReleasedBody[] {
    return bodies.filter((body) => {
      const held = this.#holders.has(body.id);
      if (held) this.#released.set(body.id, body);
      return !held;
    });
  }

  #letGo(bodies: readonly number[]): void {
    const free: ReleasedBody[] = [];
    for (const id of bodies) {
      const holders = this.#holders.get(id)! - 1;
      if (holders > 0) {
        this.#holders.set(id, holders);
        continue;
      }
      this.#holders.delete(id);
      const released = this.#released.get(id);
      if (released === undefined) continue;
      this.#released.delete(id);
      free.push(released);
    }
    if (free.length > 0) this.#drop(free);
  }
}
