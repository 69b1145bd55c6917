import { parseDocument } from "yaml";
import { UserError } from "../errors.ts";
import type { JsonValue } from "../model/json.ts";
import { isJsonObject } from "../model/json.ts";
import { nearest } from "../model/nearest.ts";
import { paramAt, type Params, parseParams, typeOfParam, withParam } from "../model/params.ts";

/** A param that a command line sets: `model.depth=5`. */
export interface ParamOverride {
  /** Dotted. */
  readonly path: string;
  readonly value: JsonValue;
}

/**
 * Reads `name=value`. The value is read as YAML, so `5` is a number, `[1, 2]` a list and `"5"` text; what is no YAML
 * is text.
 *
 * @throws {UserError} `override_invalid`, `params_invalid`.
 */
export function parseOverride(text: string): ParamOverride {
  return parseSetting(text, "a param");
}

/** As {@link parseOverride}, of `what`: `a param`. */
export function parseSetting(text: string, what: string): ParamOverride {
  const equals = text.indexOf("=");
  const path = text.slice(0, Math.max(0, equals)).trim();
  if (equals < 1 || path === "") {
    throw new UserError("override_invalid", {
      what: `Cannot read ${JSON.stringify(text)} as ${what}`,
      why: `${what} is set by name=value`,
    });
  }
  return { path, value: readScalar(text.slice(equals + 1), path) };
}

function readScalar(text: string, path: string): JsonValue {
  if (text.trim() === "") return text;
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    stringKeys: true,
    resolveKnownTags: false,
    prettyErrors: false,
  });
  // `a: b`, `*x` or `@last` are more likely meant as they stand than as broken YAML.
  if (document.errors.length > 0 || document.warnings.length > 0) return text;
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch {
    // An alias without its anchor, or too many: text as well.
    return text;
  }
  // A comment alone (`#fff`) is no value.
  if (value === null && !/^\s*(~|null|Null|NULL)\s*$/.test(text)) return text;
  return parseParams({ [path]: value })[path]!;
}

/**
 * Sets params that exist, each to a value of the type that it had; a whole number may become a fraction.
 *
 * @throws {UserError} `param_unknown` naming the nearest, `param_type`.
 */
export function applyOverrides(params: Params, overrides: readonly ParamOverride[]): Params {
  let result = params;
  for (const { path, value } of overrides) {
    const old = paramAt(result, path);
    if (old === undefined) throw unknownParam(path, params);
    // Null stands where a value of any type may be set.
    if (old !== null && typeOfParam(old) !== typeOfParam(value)) {
      throw new UserError("param_type", {
        what: `Cannot set the param "${path}" to ${JSON.stringify(value)}`,
        why: `it is ${withArticle(typeOfParam(old))} (${JSON.stringify(old)}), and this is ${
          withArticle(typeOfParam(value))
        }`,
        ...(typeof old === "string"
          ? { fix: [`put quotes inside of quotes: \`'${path}="${text(value)}"'\``] }
          : {}),
      });
    }
    result = withParam(result, path, value);
  }
  return result;
}

/** Dotted names of all params, mappings and what is in them. */
export function paramNames(params: Params, prefix = ""): string[] {
  return Object.entries(params).flatMap(([key, value]) => [
    prefix + key,
    ...(isJsonObject(value) ? paramNames(value, `${prefix}${key}.`) : []),
  ]);
}

function unknownParam(path: string, params: Params): UserError {
  const names = paramNames(params);
  const near = nearest(path, names);
  return new UserError("param_unknown", {
    what: `Cannot set the param "${path}"`,
    why: names.length === 0 ? "the project has no params" : "the project has no such param",
    fix: [
      ...(near === undefined ? [] : [`did you mean \`${near}\`?`]),
      "see all params: `aero config show`",
    ],
  });
}

function withArticle(type: string): string {
  return type === "null" || type === "text" ? type : `a ${type}`;
}

function text(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
