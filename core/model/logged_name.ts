import type { JsonValue } from "./json.ts";
import { sameJson } from "./same_json.ts";

/** What stands before the name of something that a program logged, where its run has another of that name. */
const LOGGED = "logged.";

/**
 * The name by which people see a param or tag that a program logged, beside those that its run has of its own: the
 * same, or with `logged.` before it if the run has another value of that name.
 *
 * @param own The run's own value of a name.
 * @returns `undefined` if it only says again what the run has.
 */
export function loggedName(
  name: string,
  value: JsonValue,
  own: (name: string) => JsonValue | undefined,
): string | undefined {
  for (let shown = name;; shown = LOGGED + shown) {
    const there = own(shown);
    if (there === undefined) return shown;
    if (saysSame(there, value)) return undefined;
  }
}

/** Whether two values are one, though one is the text that a library made of the other. */
export function saysSame(a: JsonValue, b: JsonValue): boolean {
  if (sameJson(a, b)) return true;
  if (typeof a === "string") return typeof b !== "string" && spells(a, b);
  return typeof b === "string" && spells(b, a);
}

/** Whether a text is how JSON or Python writes a value. */
function spells(text: string, value: JsonValue): boolean {
  // Python has more ways to write a number than JSON: 1e-05, 5.0, 1_000.
  if (typeof value === "number") {
    const digits = text.replaceAll("_", "");
    return digits.trim() !== "" && Number(digits) === value;
  }
  const asJson = text.replaceAll("'", '"')
    .replaceAll(/\bTrue\b/g, "true").replaceAll(/\bFalse\b/g, "false").replaceAll(/\bNone\b/g, "null");
  return [text, asJson].some((candidate) => {
    try {
      return sameJson(JSON.parse(candidate), value);
    } catch {
      return false;
    }
  });
}
