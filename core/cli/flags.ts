import type { z } from "zod";

/** What a shell may offer for a value. */
export type CompletionKind =
  | "stage"
  | "stage_or_param"
  | "run"
  | "artifact"
  | "param"
  | "command"
  | "file"
  | "directory";

/** A flag as the parser, help and completion see it. */
export interface FlagShape {
  /** Name of the field in the input. */
  readonly field: string;
  /** `--dry-run`. */
  readonly flag: string;
  /** One letter. */
  readonly short?: string;
  readonly kind: "boolean" | "string" | "number" | "enum";
  /** Whether it may be repeated; each time adds a value. */
  readonly many: boolean;
  /** Of an enum. */
  readonly choices?: readonly string[];
  /** Whether the command needs it. */
  readonly required?: boolean;
  /** What stands if it is not given. */
  readonly default?: unknown;
  readonly describe: string;
  readonly complete?: CompletionKind;
}

/** The part of a zod definition that flags are made from. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
  readonly entries?: Readonly<Record<string, string>>;
  readonly defaultValue?: unknown;
}

/** `dryRun` → `--dry-run`. */
export function flagName(field: string): string {
  return `--${field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * The kind of value that a field of a command's input holds.
 *
 * @throws {TypeError} for a schema that no flag can be made from.
 */
export function shapeOfField(
  field: string,
  schema: z.core.$ZodType,
  extra: { readonly short?: string; readonly complete?: CompletionKind } = {},
): FlagShape {
  let describe = "", many = false, required = true, standard: unknown;
  for (let at: z.core.$ZodType | undefined = schema; at !== undefined;) {
    const definition = at._zod.def as unknown as Definition;
    describe ||= (at as { readonly description?: string }).description ?? "";
    if (definition.type === "default") standard = definition.defaultValue;
    if (definition.type === "default" || definition.type === "optional") required = false;
    const common = () => ({
      field,
      flag: flagName(field),
      many,
      describe,
      ...(required ? { required } : {}),
      ...extra,
      ...(standard === undefined ? {} : { default: standard }),
    });
    switch (definition.type) {
      case "boolean":
      case "string":
      case "number":
        return { ...common(), kind: definition.type };
      case "enum":
        return { ...common(), kind: "enum", choices: Object.values(definition.entries ?? {}) };
      case "array":
        many = true;
        at = definition.element;
        break;
      default:
        at = definition.innerType ?? definition.in;
    }
  }
  throw new TypeError(`Cannot make a flag from the schema of ${field}`);
}
