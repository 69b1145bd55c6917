import { isJsonObject, type JsonObject, type JsonValue } from "../../../core/model/json.ts";
import { escapeName } from "./names.ts";
import { shorten } from "./shorten.ts";

/** A param as MLflow has it. */
export interface WireParam {
  readonly key: string;
  readonly value: string;
}

/**
 * Params as MLflow shows them: nested ones by dotted names, values as text. A name that another one has already has
 * its own dots written as `_x2e_`.
 *
 * @param mostLength Longest value that the server keeps whole.
 */
export function flattenParams(params: JsonObject, mostLength: number): WireParam[] {
  const found = new Map<string, string>();
  for (const [path, value] of leaves(params, [])) {
    const plain = escapeName(path.join("."));
    const key = found.has(plain)
      ? path.map((part) => escapeName(part).replaceAll(".", "_x2e_")).join(".")
      : plain;
    found.set(key, shorten(textOf(value), mostLength, "experiment-version.json"));
  }
  return [...found].map(([key, value]) => ({ key, value }));
}

function* leaves(value: JsonValue, path: readonly string[]): Generator<[readonly string[], JsonValue]> {
  if (!isJsonObject(value) || (Object.keys(value).length === 0 && path.length > 0)) yield [path, value];
  else for (const [name, inner] of Object.entries(value)) yield* leaves(inner, [...path, name]);
}

function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
