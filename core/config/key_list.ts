import type { z } from "zod";
import { PROJECT_SCHEMA, USER_SCHEMA } from "./schema.ts";

/** A key that a file may have. */
export interface ConfigKey {
  /** Dotted; `<name>` stands for a name that the file chooses, `[]` for each of a list. */
  readonly key: string;
  /** `text`, `list of text`, `none | host | bridge`. */
  readonly takes: string;
  readonly required: boolean;
  readonly summary: string;
}

/** Keys of `aero.yaml`. */
export function projectKeys(): ConfigKey[] {
  return keysOf(PROJECT_SCHEMA, "");
}

/** Keys of the user's own `config.yaml`. */
export function userKeys(): ConfigKey[] {
  return keysOf(USER_SCHEMA, "");
}

interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly entries?: Readonly<Record<string, string>>;
}

/** Keys of the mapping that a schema describes, and of mappings in it, each behind `prefix`. */
export function keysOf(schema: z.core.$ZodType, prefix: string): ConfigKey[] {
  return Object.entries(definition(schema).shape ?? {}).flatMap(([name, field]) => {
    const key = prefix + name;
    const { bare, summary, required } = unwrap(field);
    const inside = definition(bare);
    const own = { key, takes: typeText(bare), required, summary };
    if (inside.type === "object") return [own, ...keysOf(bare, `${key}.`)];
    if (inside.type === "record" && inside.valueType !== undefined) {
      return [own, ...keysOf(unwrap(inside.valueType).bare, `${key}.<name>.`)];
    }
    if (inside.type === "array" && inside.element !== undefined) {
      return [own, ...keysOf(unwrap(inside.element).bare, `${key}[].`)];
    }
    return [own];
  });
}

function unwrap(schema: z.core.$ZodType): { bare: z.core.$ZodType; summary: string; required: boolean } {
  let bare = schema, summary = "", required = true;
  while (true) {
    summary ||= (bare as { readonly description?: string }).description ?? "";
    const { type, innerType, in: input } = definition(bare);
    if (type === "optional" || type === "default") required = false;
    const next = innerType ?? input;
    if (next === undefined) return { bare, summary, required };
    bare = next;
  }
}

function typeText(schema: z.core.$ZodType): string {
  const { type, entries, element, options, valueType } = definition(schema);
  switch (type) {
    case "string":
      return "text";
    case "array":
      return `list of ${element === undefined ? "values" : typeText(unwrap(element).bare)}`;
    case "enum":
      return Object.values(entries ?? {}).join(" | ");
    case "union":
      return [...new Set((options ?? []).map((option) => typeText(unwrap(option).bare)))].join(" | ");
    case "record":
      return `mapping of names to ${valueType === undefined ? "values" : typeText(unwrap(valueType).bare)}`;
    case "object":
    case "custom":
      return "mapping";
    default:
      return type;
  }
}

function definition(schema: z.core.$ZodType): Definition {
  return schema._zod.def as unknown as Definition;
}
