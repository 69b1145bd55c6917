import { BSON } from "mongodb";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../core/model/json.ts";

/** How much of a value is kept: characters of a text, entries of a list or an object, levels. */
interface Ceiling {
  readonly text: number;
  readonly entries: number;
  readonly levels: number;
}

// MongoDB takes 100 levels in a document, "MongoDB Limits and Thresholds"; some are around the value.
const LEVELS = 80;
const CEILINGS: readonly Ceiling[] = [
  { text: 32_000, entries: Infinity, levels: LEVELS },
  { text: 2000, entries: 1000, levels: 20 },
  { text: 200, entries: 100, levels: 8 },
  { text: 100, entries: 20, levels: 3 },
];

/** The key under which an object says how many entries it lost. */
export const CUT_KEY = "[cut]";

/**
 * A value small enough for a place in a document. What is left out is told where it was; where the whole stands is
 * the caller's to say.
 *
 * @param bytes Most bytes of BSON.
 */
export function fitValue(value: JsonObject, bytes: number): JsonObject {
  for (const ceiling of CEILINGS) {
    const thinned = thin(value, ceiling, 0) as JsonObject;
    if (BSON.calculateObjectSize(thinned) <= bytes) return thinned;
  }
  return { [CUT_KEY]: `${Object.keys(value).length} entries` };
}

/** A text of at most so many characters, and a mark if it was longer. */
export function fitText(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const code = text.charCodeAt(characters - 1);
  // Never half of a pair.
  const end = code >= 0xd800 && code <= 0xdbff ? characters - 1 : characters;
  return `${text.slice(0, end)} [… ${text.length - end} characters cut]`;
}

function thin(value: JsonValue, ceiling: Ceiling, level: number): JsonValue {
  if (typeof value === "string") return fitText(value, ceiling.text);
  if (Array.isArray(value)) {
    if (level >= ceiling.levels) return `[… a list of ${value.length} cut]`;
    const kept = value.slice(0, ceiling.entries).map((item) => thin(item, ceiling, level + 1));
    return kept.length === value.length ? kept : [...kept, `[… ${value.length - kept.length} entries cut]`];
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value);
  if (level >= ceiling.levels) return `[… an object of ${entries.length} cut]`;
  const kept = entries.slice(0, ceiling.entries).map(([key, item]) => [
    fitText(key, ceiling.text),
    thin(item, ceiling, level + 1),
  ]);
  if (kept.length < entries.length) kept.push([CUT_KEY, `${entries.length - kept.length} entries`]);
  return Object.fromEntries(kept);
}
