import { isJsonObject, type JsonObject, type JsonValue } from "../model/json.ts";
import { sameJson } from "../model/same_json.ts";

/** A value that differs; a side is absent if it has none there. */
export interface ValueChange {
  /** Keys joined by dots: `model.depth`. */
  readonly name: string;
  readonly a?: JsonValue;
  readonly b?: JsonValue;
}

/** What differs between two objects, sorted by name; objects inside are compared by their members, lists as a whole. */
export function diffValues(a: JsonObject, b: JsonObject, prefix = ""): ValueChange[] {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return keys.flatMap((key) => {
    const name = prefix + key;
    const before = Object.hasOwn(a, key) ? a[key] : undefined;
    const after = Object.hasOwn(b, key) ? b[key] : undefined;
    if (isJsonObject(before) && isJsonObject(after)) return diffValues(before, after, `${name}.`);
    if (isEqualJson(before, after)) return [];
    return [{
      name,
      ...(before === undefined ? {} : { a: before }),
      ...(after === undefined ? {} : { b: after }),
    }];
  });
}

/** Whether two JSON values are equal, in whatever order keys stand; `undefined` equals only itself. */
function isEqualJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return a === undefined || b === undefined ? a === b : sameJson(a, b);
}
