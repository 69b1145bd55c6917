import { isJsonObject, type JsonObject, type JsonValue } from "../../../core/model/json.ts";

/**
 * Writes a key such that Sacred, Omniboard and every MongoDB take it: `.`, `$`, `=` and NUL become `%2E` and so on,
 * and so does what makes a key one of jsonpickle's. Reversible by {@link decodeKey}; other keys stay as they are.
 *
 * @see sacred/config/custom_containers.py and sacred/utils.py, "PYTHON_IDENTIFIER" and "is_prefix" rules of keys
 */
export function encodeKey(key: string): string {
  return key
    .replaceAll(/%(?=[0-9A-Fa-f]{2})/g, "%25")
    .replaceAll(/[.$=\0]/g, encodeOne)
    .replace(/^(py)\//, "$1%2F")
    .replace(/^(json):\/\//, "$1%3A//");
}

/** Reads what {@link encodeKey} wrote. */
export function decodeKey(key: string): string {
  return key.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}

/** {@link encodeKey} for all keys in a value. */
export function encodeKeys(value: JsonObject): JsonObject {
  return mapKeys(value, encodeKey) as JsonObject;
}

/** {@link decodeKey} for all keys in a value. */
export function decodeKeys(value: JsonObject): JsonObject {
  return mapKeys(value, decodeKey) as JsonObject;
}

function mapKeys(value: JsonValue, map: (key: string) => string): JsonValue {
  if (Array.isArray(value)) return value.map((item) => mapKeys(item, map));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [map(key), mapKeys(item, map)]));
}

function encodeOne(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}
