import { LineCounter, parseDocument, type YAMLError } from "yaml";
import { UserError } from "../errors.ts";

/** A YAML document's value, and where its parts stand. */
export interface YamlText {
  readonly value: unknown;
  /** Where the value at a path begins, or the nearest part that holds it; both count from 1. */
  placeOf(path: readonly PropertyKey[]): { readonly line: number; readonly column: number };
}

/** More than any hand-written config; bounds what a hostile file can cost. */
const MOST_CHARACTERS = 4_000_000;

/**
 * Reads YAML 1.2 (core schema): dates stay text, `yes` is text, keys are texts and stand once. Empty text is null.
 * `<<: *name` takes over what the mapping of that name has, as everywhere that people write anchors.
 *
 * @param file Names the source in messages.
 * @throws {UserError} `config_unreadable` with line, column and the line itself.
 */
export function readYaml(text: string, file: string): YamlText {
  if (text.length > MOST_CHARACTERS) {
    throw unreadable(file, `it has ${text.length} characters, and ${MOST_CHARACTERS} is the most`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    strict: true,
    uniqueKeys: true,
    stringKeys: true,
    resolveKnownTags: false,
    // Not of YAML 1.2, and without it `<<` would be a key like any other: a param of that name, in silence.
    merge: true,
    prettyErrors: false,
    lineCounter: lines,
  });
  // A tag that is not of the core schema is only warned about; nothing in a config can mean it.
  const fault = [...document.errors, ...document.warnings][0];
  if (fault !== undefined) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw unreadable(
      file,
      `line ${line}, column ${col}: ${words(fault)}\n${frame(text, line, col)}`,
    );
  }
  let value: unknown;
  try {
    // The bound on aliases stops a few lines from growing into gigabytes ("billion laughs").
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw unreadable(
      file,
      error instanceof Error ? lowerFirst(error.message) : "it cannot be resolved",
      error,
    );
  }
  // Schemas pass over a key of this name in silence, and assigning to it changes an object's nature.
  if (text.includes("__proto__") && holdsProto(value, new Set())) {
    throw unreadable(file, 'the key "__proto__" cannot be used');
  }
  return {
    value: value ?? null,
    placeOf(path) {
      for (let length = path.length; length >= 0; length--) {
        const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
        const range = (node as { range?: readonly number[] } | null | undefined)?.range;
        if (range === undefined) continue;
        const { line, col } = lines.linePos(range[0]!);
        return { line, column: col };
      }
      return { line: 1, column: 1 };
    },
  };
}

function holdsProto(value: unknown, seen: Set<unknown>): boolean {
  // An alias can put a value into itself.
  if (typeof value !== "object" || value === null || seen.has(value)) return false;
  seen.add(value);
  return Object.hasOwn(value, "__proto__") || Object.values(value).some((member) => holdsProto(member, seen));
}

function unreadable(file: string, why: string, cause?: unknown): UserError {
  return new UserError("config_unreadable", { what: `Cannot read ${file}`, why }, { cause });
}

function frame(text: string, line: number, column: number): string {
  const full = text.split(/\r?\n/)[line - 1] ?? "";
  // A long line is cut around the place.
  const from = Math.max(0, column - 60);
  const number = `${line} | `;
  return `${number}${full.slice(from, from + 100)}\n${" ".repeat(number.length + column - 1 - from)}^`;
}

function words({ code, message }: YAMLError): string {
  // The parser's own text names a function of it.
  return code === "MULTIPLE_DOCS" ? "a second document begins here, and one is read" : lowerFirst(message);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
