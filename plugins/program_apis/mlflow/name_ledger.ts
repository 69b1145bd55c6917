/** Longest name that is made from what a program says, in characters; file systems take 255 bytes. */
const MOST_CHARACTERS = 60;

// deno-lint-ignore no-control-regex -- control characters are what is replaced
const UNFIT = /[\/\\\x00-\x1f\x7f]/g;

/** `name` as one part of a path: without slashes and control characters, not too long. */
export function pathPart(name: string): string {
  const part = [...name.replaceAll(UNFIT, "_").trim()].slice(0, MOST_CHARACTERS).join("");
  return /^\.*$/.test(part) ? `_${part}` : part;
}

/** The names in one directory: each is given once, to whoever asks first; who comes later gets it with a number. */
export class NameLedger {
  readonly #taken: Set<string>;
  /** The number that was given last, so that a thousand equal names are no thousand times a thousand tries. */
  readonly #numbers = new Map<string, number>();

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  claim(wanted: string): string {
    if (!this.#taken.has(wanted)) {
      this.#taken.add(wanted);
      return wanted;
    }
    let number = (this.#numbers.get(wanted) ?? 1) + 1;
    while (this.#taken.has(`${wanted}-${number}`)) number++;
    this.#numbers.set(wanted, number);
    this.#taken.add(`${wanted}-${number}`);
    return `${wanted}-${number}`;
  }
}
