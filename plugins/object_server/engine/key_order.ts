import { ObjectEngineError } from "./engine_error.ts";

/** Bytes; "Amazon S3 object key naming guidelines". */
const MAX_KEY_BYTES = 1024;

/**
 * Checks a key that something is to be stored under.
 *
 * @throws {ObjectEngineError} `key_invalid`.
 */
export function assertKey(key: string): void {
  const bytes = key.length > MAX_KEY_BYTES ? Infinity : new TextEncoder().encode(key).length;
  const why = key === ""
    ? "a key is not empty"
    : bytes > MAX_KEY_BYTES
    ? `it is longer than ${MAX_KEY_BYTES} bytes`
    : key.includes("\0")
    ? "it holds a NUL"
    : key.isWellFormed()
    ? undefined
    : "it is not Unicode text";
  if (why === undefined) return;
  throw new ObjectEngineError("key_invalid", {
    what: `Cannot use ${JSON.stringify(key.slice(0, 100))} as a key`,
    why,
  });
}

/** Compares as the UTF-8 bytes of the texts do, which is the order of their code points and not JavaScript's. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index), y = b.charCodeAt(index);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

// Halves of pairs stand for code points above all others, but their own numbers lie below U+E000.
function rank(unit: number): number {
  return unit >= 0xE000 ? unit - 0x800 : unit >= 0xD800 ? unit + 0x2000 : unit;
}

/** The least text that is after all that begin with `prefix`; `undefined` if there is none. */
export function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix);
  while (points.length > 0) {
    const last = points.pop()!.codePointAt(0)!;
    if (last === 0x10FFFF) continue;
    // Surrogates are no characters.
    return points.join("") + String.fromCodePoint(last === 0xD7FF ? 0xE000 : last + 1);
  }
  return undefined;
}

/** The least text after `key`. */
export function justAfter(key: string): string {
  return `${key}\0`;
}
