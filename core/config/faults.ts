import type { z } from "zod";
import { nearest } from "../model/nearest.ts";

/** Something wrong in a document: where, and what. */
export interface Fault {
  readonly path: readonly PropertyKey[];
  /** `it is a number; put quotes around it`. */
  readonly message: string;
}

/** All that a schema found wrong, in words; unknown keys name the nearest right one. */
export function faultsOf(error: z.ZodError, schema: z.core.$ZodType): Fault[] {
  return error.issues.flatMap((issue) => faultsOfIssue(issue, schema));
}

/** `stages.train.inputs.data`, `run_args[2]`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.map((part, i) => typeof part === "number" ? `[${part}]` : `${i > 0 ? "." : ""}${String(part)}`)
    .join("");
}

function faultsOfIssue(issue: z.core.$ZodIssue, schema: z.core.$ZodType): Fault[] {
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = keysAt(schema, issue.path);
      return issue.keys.map((key) => {
        const near = nearest(key, known);
        const hint = near !== undefined
          ? `did you mean "${near}"?`
          : known.length > 0
          ? `the keys are ${known.join(", ")}`
          : "nothing stands here";
        return { path: [...issue.path, key], message: `there is no such key; ${hint}` };
      });
    }
    case "invalid_type":
      return [{ path: issue.path, message: wrongType(issue) }];
    case "invalid_value":
      return [{ path: issue.path, message: `it can be ${issue.values.map(String).join(", ")}` }];
    case "invalid_key":
    case "invalid_element":
      return issue.issues.map((inner) => ({ path: issue.path, message: inner.message }));
    case "too_small":
      if (issue.origin === "array" && issue.minimum === 1) {
        return [{ path: issue.path, message: "it is empty" }];
      }
      return [{ path: issue.path, message: lowerFirst(issue.message) }];
    default:
      return [{ path: issue.path, message: lowerFirst(issue.message) }];
  }
}

function wrongType(issue: z.core.$ZodIssueInvalidType): string {
  const received = /received (\w+)$/.exec(issue.message)?.[1];
  if (received === "undefined") return "it is missing";
  const wanted = TYPE_WORDS[issue.expected] ?? issue.expected;
  if (received === undefined) return `it is not a ${wanted}`;
  const quotes = issue.expected === "string" && (received === "number" || received === "boolean");
  return `it is ${article(TYPE_WORDS[received] ?? received)}, not ${article(wanted)}` +
    (quotes ? "; put quotes around it" : "");
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "number",
  int: "whole number",
  boolean: "boolean",
  array: "list",
  object: "mapping",
  record: "mapping",
  // Nothing after a key, or no text at all, is null in YAML.
  null: "empty",
};

function article(word: string): string {
  return word === "empty" || word === "text" ? word : `a ${word}`;
}

/** The keys of the mapping that a schema has at a path; none if it takes any. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  let at: z.core.$ZodType | undefined = inner(schema);
  for (const part of path) {
    const definition: Definition = definitionOf(at);
    if (definition.shape !== undefined) at = definition.shape[String(part)];
    else at = definition.valueType ?? definition.element;
    if (at === undefined) return [];
    at = inner(at);
  }
  return Object.keys(definitionOf(at).shape ?? {});
}

interface Definition {
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly valueType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
}

function definitionOf(schema: z.core.$ZodType): Definition {
  return schema._zod.def as unknown as Definition;
}

/** The schema below defaults, optionals and transforms. */
function inner(schema: z.core.$ZodType): z.core.$ZodType {
  const definition = definitionOf(schema);
  const next = definition.innerType ?? definition.in;
  return next === undefined ? schema : inner(next);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
