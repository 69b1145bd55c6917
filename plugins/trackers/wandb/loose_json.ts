/**
 * JSON with the bare words NaN, Infinity and -Infinity for numbers, as W&B has it in lines of history and summaries.
 *
 * `JSON.stringify` would write null for them, and `JSON.parse` refuses them.
 */
export function stringifyLoose(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (Array.isArray(value)) return `[${value.map(stringifyLoose).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${stringifyLoose(field)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

// A string, or a word that stands where a number may.
const PART = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g;

/** Reads what {@link stringifyLoose} and Python's `json` write. @throws {SyntaxError} for what is neither. */
export function parseLoose(text: string): unknown {
  if (!/NaN|Infinity/.test(text)) return JSON.parse(text);
  const mark = markNotIn(text);
  const strict = text.replaceAll(PART, (part) => part.startsWith('"') ? part : `"${mark}${part}"`);
  return JSON.parse(
    strict,
    (_, value) =>
      typeof value === "string" && value.startsWith(mark) ? Number(value.slice(mark.length)) : value,
  );
}

function markNotIn(text: string): string {
  for (let i = 0;; i++) if (!text.includes(`number ${i}:`)) return `number ${i}:`;
}
