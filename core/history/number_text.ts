import type { JsonValue } from "../model/json.ts";

/** Numbers as JSON, Python and people write them. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The number that a text is; `undefined` if it is none. */
export function numberIn(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) + 0 : undefined;
}

/** The number that a value is, also as text: libraries that know params as text only log all of them so. */
export function numberOf(value: JsonValue | undefined): number | undefined {
  if (typeof value === "string") return numberIn(value);
  return typeof value === "number" ? value : undefined;
}
