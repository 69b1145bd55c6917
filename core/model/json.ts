/** A JSON value; numbers are finite. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** How deep a value may be. Deeper ones are not made by aero, and would exhaust the stack of whoever walks them. */
export const MOST_JSON_LEVELS = 200;

/** Whether `value` is an object in JSON's sense: neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
