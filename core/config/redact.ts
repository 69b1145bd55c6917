/** Takes secrets out of a stream of bytes. */
export interface Redactor {
  /** What can be let go of the stream so far; bytes that may be the beginning of a secret are held back. */
  push(bytes: Uint8Array): Uint8Array;
  /** The rest, once the stream has ended. */
  end(): Uint8Array;
}

interface Pattern {
  readonly bytes: Uint8Array;
  readonly replacement: Uint8Array;
}

const EMPTY = new Uint8Array();

/** Shorter values stand in too much text that is no secret: they cannot be redacted, and are refused as secrets. */
export const LEAST_CHARACTERS = 4;

/** Shorter lines of a secret of many lines, such as a brace of JSON, say nothing and stand everywhere. */
const LEAST_CHARACTERS_OF_LINE = 8;

/**
 * Makes a filter that puts `[secret NAME]` in place of each secret's value, also where it is cut by the edges of
 * pieces, and of its base64, URL-encoded and JSON forms. Of a value of many lines, such as a key in PEM, each line of
 * at least eight characters is replaced as well: programs print them one by one. Values of fewer than four characters
 * stay.
 *
 * @param secrets Values by name.
 */
export function redactor(secrets: Readonly<Record<string, string>>): Redactor {
  const byFirst = patternsByFirstByte(secrets);
  if (byFirst.size === 0) return { push: (bytes) => bytes, end: () => EMPTY };
  let held: Uint8Array = EMPTY;

  const filter = (bytes: Uint8Array, isEnd: boolean): Uint8Array => {
    const input = held.length === 0 ? bytes : joined([held, bytes]);
    const parts: Uint8Array[] = [];
    let kept = 0, i = 0;
    while (i < input.length) {
      const match = matchAt(input, i, byFirst.get(input[i]!), isEnd);
      if (match === undefined) {
        i++;
        continue;
      }
      if (match === "maybe") break;
      parts.push(input.subarray(kept, i), match.replacement);
      i += match.bytes.length;
      kept = i;
    }
    held = input.slice(i);
    if (parts.length === 0) return kept === 0 && i === input.length ? input : input.subarray(0, i);
    return joined([...parts, input.subarray(kept, i)]);
  };
  return { push: (bytes) => filter(bytes, false), end: () => filter(EMPTY, true) };
}

/**
 * Makes a function that does to a whole text what {@link redactor} does to a stream.
 *
 * @param secrets Values by name.
 */
export function textRedactor(secrets: Readonly<Record<string, string>>): (text: string) => string {
  if (Object.keys(secrets).length === 0) return (text) => text;
  const encoder = new TextEncoder();
  return (text) => {
    const filter = redactor(secrets);
    const parts = [filter.push(encoder.encode(text)).slice(), filter.end()];
    return new TextDecoder().decode(joined(parts));
  };
}

/** The longest secret at `at`; `maybe` if the input ends before it can be told. */
function matchAt(
  input: Uint8Array,
  at: number,
  patterns: readonly Pattern[] | undefined,
  isEnd: boolean,
): Pattern | "maybe" | undefined {
  for (const pattern of patterns ?? []) {
    const length = Math.min(pattern.bytes.length, input.length - at);
    let same = 1;
    while (same < length && pattern.bytes[same] === input[at + same]) same++;
    if (same < length) continue;
    if (length === pattern.bytes.length) return pattern;
    if (!isEnd) return "maybe";
  }
  return undefined;
}

function patternsByFirstByte(secrets: Readonly<Record<string, string>>): Map<number, Pattern[]> {
  const encoder = new TextEncoder();
  const byFirst = new Map<number, Pattern[]>();
  for (const [name, value] of Object.entries(secrets)) {
    if (value.length < LEAST_CHARACTERS) continue;
    const replacement = encoder.encode(`[secret ${name}]`);
    for (const form of new Set([value, ...linesOf(value)].flatMap((text) => [...formsOf(text)]))) {
      const bytes = encoder.encode(form);
      byFirst.set(bytes[0]!, [...byFirst.get(bytes[0]!) ?? [], { bytes, replacement }]);
    }
  }
  for (const patterns of byFirst.values()) patterns.sort((a, b) => b.bytes.length - a.bytes.length);
  return byFirst;
}

function linesOf(value: string): string[] {
  return value.split(/[\r\n]+/).map((line) => line.trim()).filter((line) =>
    line.length >= LEAST_CHARACTERS_OF_LINE
  );
}

function formsOf(value: string): Set<string> {
  const forms = new Set([value, JSON.stringify(value).slice(1, -1)]);
  if (value.isWellFormed()) {
    forms.add(encodeURIComponent(value));
    forms.add(encodeURIComponent(value).replaceAll("%20", "+"));
    // Lower-case escapes, as some languages write them.
    forms.add(encodeURIComponent(value).replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()));
  }
  for (const form of base64Forms(new TextEncoder().encode(value))) forms.add(form);
  return forms;
}

/** The parts of base64 text that only the secret decides, for each place it may have among groups of three bytes. */
function base64Forms(bytes: Uint8Array): string[] {
  const forms: string[] = [];
  for (const before of [0, 1, 2]) {
    const whole = new Uint8Array(before + bytes.length);
    whole.set(bytes, before);
    const text = whole.toBase64();
    const from = Math.ceil(before * 8 / 6);
    const to = Math.floor(whole.length * 8 / 6);
    const form = text.slice(from, to);
    if (form.length < LEAST_CHARACTERS) continue;
    forms.push(form, form.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return forms;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
