// C0 less tab and newline, DEL, C1, and the marks that reorder or hide text (Unicode TR 36, "bidirectional text spoofing").
// deno-lint-ignore no-control-regex
const UNSAFE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/g;
// deno-lint-ignore no-control-regex
const UNSAFE_INLINE = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/g;
// The sequences that style.ts makes; any other is not ours.
// deno-lint-ignore no-control-regex
const STYLED = /(\x1b\[(?:0|1|2|22|31|32|33|36|39)m)/;

/**
 * Makes text from a manifest, a record or a program safe to print inside a line: control characters become visible
 * escapes such as `\x1b`, so that they cannot move the cursor, change the title or hide what follows.
 */
export function escapeInline(text: string): string {
  return text.replaceAll(UNSAFE_INLINE, visible);
}

/** The same for text of several lines: newlines and tabs stay. */
export function escapeText(text: string): string {
  return text.replaceAll(UNSAFE, visible);
}

/** {@link escapeText} for text that holds colours made by a style, which stay. */
export function escapeStyled(text: string): string {
  return text.split(STYLED).map((part, i) => i % 2 === 1 ? part : escapeText(part)).join("");
}

/** One line of JSON; characters that a terminal would obey are written as `\u` escapes. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    UNSAFE,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function visible(character: string): string {
  const code = character.charCodeAt(0);
  if (code === 10) return "\\n";
  if (code === 13) return "\\r";
  if (code === 9) return "\\t";
  return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}
