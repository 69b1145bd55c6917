import { invalid } from "./refusal.ts";

/** Bytes of names and values that are held for reading back, in all. */
const MOST_BYTES = 64 * 1024 * 1024;

/** What one entry takes beside its own letters, in bytes; a rough figure. */
const ENTRY = 100;

/** Bounds what a program can make its host remember of it. */
export class Room {
  #left: number;

  constructor(bytes = MOST_BYTES) {
    this.#left = bytes;
  }

  /**
   * Takes room for an entry of these texts.
   *
   * @throws {Refusal} if there is no more; nothing is taken then.
   */
  take(...texts: readonly (string | undefined)[]): void {
    const bytes = sizeOf(texts);
    if (bytes > this.#left) {
      throw invalid(
        "Cannot log more: params, tags, datasets and names of this run fill 64 MiB; log files instead",
      );
    }
    this.#left -= bytes;
  }

  /** Gives back what {@link Room.take} took for these. */
  give(...texts: readonly (string | undefined)[]): void {
    this.#left += sizeOf(texts);
  }

  /** Sets an entry of a map that is held; a former value gives its room back. @throws {Refusal} as {@link Room.take} */
  set(map: Map<string, string>, key: string, value: string): void {
    this.take(key, value);
    this.delete(map, key);
    map.set(key, value);
  }

  /** Removes what {@link Room.set} set, if it is there. */
  delete(map: Map<string, string>, key: string): void {
    const old = map.get(key);
    if (old === undefined) return;
    this.give(key, old);
    map.delete(key);
  }
}

function sizeOf(texts: readonly (string | undefined)[]): number {
  return texts.reduce((sum, text) => sum + 2 * (text?.length ?? 0), ENTRY);
}
