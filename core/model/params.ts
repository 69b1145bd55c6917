import { UserError } from "../errors.ts";
import { isJsonObject, type JsonObject, type JsonValue, MOST_JSON_LEVELS } from "./json.ts";

/** Values that the code under test reads; part of the version. Numbers are finite, strings well-formed. */
export type Params = JsonObject;

/**
 * Checks that params can be named by one digest.
 *
 * @param at Where they stand, for the message: `params`.
 * @throws {UserError} `params_invalid` naming the first value that JSON cannot hold.
 */
export function parseParams(value: unknown, at = "params"): Params {
  if (!isJsonObject(value)) throw invalid(at, "it is not a mapping of names to values");
  check(value, at, 0);
  return value;
}

function check(value: unknown, at: string, level: number): asserts value is JsonValue {
  // Also what holds itself, as a YAML alias can make it, ends here.
  if (level > MOST_JSON_LEVELS) {
    throw invalid(`${at.slice(0, 60)}…`, `it is more than ${MOST_JSON_LEVELS} levels deep`);
  }
  if (value === null || typeof value === "boolean") return;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw invalid(at, `it is ${value}, and JSON has finite numbers only`);
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      throw invalid(
        at,
        `${value} is past 2^53, where neighbouring whole numbers become equal; quote it to keep it as text`,
      );
    }
    return;
  }
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw invalid(at, "it is not valid Unicode");
    return;
  }
  if (Array.isArray(value)) return value.forEach((item, i) => check(item, `${at}[${i}]`, level + 1));
  if (isPlainObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      check(key, at, level);
      check(member, `${at}.${key}`, level + 1);
    }
    return;
  }
  throw invalid(at, `it is a ${value instanceof Date ? "date; quote it to keep it as text" : typeof value}`);
}

/** No instance of a class, which may hold what its own members do not show: a date has none. */
function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return isJsonObject(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

function invalid(at: string, why: string): UserError {
  return new UserError("params_invalid", { what: `Cannot use the value of ${at}`, why });
}

/**
 * The value at a dotted path (`model.depth`), or `undefined` if there is none.
 * A key that itself holds dots is found before a nested one.
 */
export function paramAt(params: Params, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = params;
  if (Object.hasOwn(params, path)) return params[path];
  for (const part of path.split(".")) {
    if (!isJsonObject(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

/** A copy of `params` with `value` at a dotted path. The path exists already; see {@link paramAt}. */
export function withParam(params: Params, path: string, value: JsonValue): Params {
  if (Object.hasOwn(params, path) || !path.includes(".")) return { ...params, [path]: value };
  const dot = path.indexOf(".");
  const head = path.slice(0, dot);
  const inner = params[head];
  return { ...params, [head]: withParam(isJsonObject(inner) ? inner : {}, path.slice(dot + 1), value) };
}

/** The names of JSON's types, as messages use them. */
export function typeOfParam(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  return { boolean: "boolean", number: "number", string: "text", object: "mapping" }[
    typeof value as "boolean" | "number" | "string" | "object"
  ];
}
