import { nearest } from "../model/nearest.ts";
import { fixesOfField, type RunField, runField } from "./run_field.ts";
import type { RunSummary } from "./run_summary.ts";
import { type Test, testEquals, testOf, type WrittenValue } from "./where_condition.ts";
import { type Token, tokens, whereInvalid } from "./where_token.ts";

/** A filter over runs. */
export interface Where {
  /** As it was written. */
  readonly text: string;
  /** The fields that it compares with a value, each once, in order; one that is only asked for absence is none. */
  readonly compared: readonly RunField[];
  /** Whether it holds for a run. `now` is in epoch milliseconds. */
  holds(run: RunSummary, now: number): boolean;
}

// Deeper filters are not written by people, and would exhaust the stack.
const MAX_DEPTH = 100;

/**
 * Reads a filter.
 *
 * ```text
 * filter     = and { "or" and }
 * and        = not { "and" not }
 * not        = "not" not | "(" filter ")" | comparison
 * comparison = field ( "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "~" ) value
 *            | field [ "not" ] "in" "(" value { "," value } ")"
 *            | field "is" [ "not" ] "null"
 * field      = "run" | "stage" | "state" | "grade" | "verdict" | "tag" | "note" | "commit" | "branch" | "version"
 *            | "image" | "group" | "parent" | "project" | "subject" | "user" | "host" | "exit"
 *            | "started" | "ended" | "duration" | "params." key | "metrics." key
 * value      = number | "true" | "false" | "null" | quoted text | word | date | span
 * ```
 *
 * Words of the language may be in capitals. A comparison with a field that a run lacks is false, and so is one of
 * unlike types; only `is null` asks for absence. `~` is "contains": text in text, in any case, or a member of a
 * list. A run has several tags: `tag = x` holds if one is x, `tag != x` if none is. `run`, `commit`, `version`,
 * `image` and `parent` fit by their beginning. A date is `2026-01-31`, also with `T14:30` or `T14:30:05`, by the local
 * clock unless `Z` follows, and stands for the whole day, minute or second; `2d` as a date is two days ago; spans are
 * `90s`, `5m`, `1h30m`, `2d`, `1w`, or seconds.
 *
 * @throws {UserError} `where_invalid`, pointing at the character, and naming near fields.
 */
export function parseWhere(text: string): Where {
  const parser = new Parser(text);
  const holds = parser.filter(0);
  parser.expectEnd();
  return { text, compared: [...parser.compared.values()], holds };
}

class Parser {
  readonly compared = new Map<string, RunField>();
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokens(text);
  }

  filter(depth: number): Test {
    const parts = [this.#and(depth)];
    while (this.#takeWord("or")) parts.push(this.#and(depth));
    return parts.length === 1 ? parts[0]! : (run, now) => parts.some((part) => part(run, now));
  }

  expectEnd(): void {
    if (this.#peek().kind !== "end") throw this.#fault("`and` or `or` is expected here");
  }

  #and(depth: number): Test {
    const parts = [this.#not(depth)];
    while (this.#takeWord("and")) parts.push(this.#not(depth));
    return parts.length === 1 ? parts[0]! : (run, now) => parts.every((part) => part(run, now));
  }

  #not(depth: number): Test {
    if (depth > MAX_DEPTH) throw this.#fault(`it is more than ${MAX_DEPTH} levels deep here`);
    if (this.#takeWord("not")) {
      const inner = this.#not(depth + 1);
      return (run, now) => !inner(run, now);
    }
    if (this.#takeSign("(")) {
      const inner = this.filter(depth + 1);
      if (!this.#takeSign(")")) throw this.#fault("`)` is expected here");
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): Test {
    const field = this.#field();
    if (this.#takeWord("is")) {
      const negated = this.#takeWord("not");
      if (!this.#takeWord("null")) throw this.#fault("`null` is expected here");
      return (run, now) => isAbsent(field, run, now) !== negated;
    }
    this.compared.set(field.name, field);
    const negated = this.#takeWord("not");
    if (this.#takeWord("in")) return this.#list(field, negated);
    if (negated) throw this.#fault("`in` is expected here");
    const sign = this.#peek();
    if (sign.kind !== "sign" || !/^(?:[=!<>]=|[=<>~])$/.test(sign.text)) {
      throw this.#fault("a comparison is expected here: =, !=, <, <=, >, >=, ~, in or is null");
    }
    this.#next++;
    const at = this.#peek().at;
    const value = this.#value();
    if (/^(?:==?|!=)$/.test(sign.text)) this.#refuseUnlike(field, value, at);
    return this.#must(testOf(field, sign.text === "==" ? "=" : sign.text, value), at, field);
  }

  #list(field: RunField, negated: boolean): Test {
    if (!this.#takeSign("(")) throw this.#fault("`(` is expected here");
    const tests: Test[] = [];
    do {
      const at = this.#peek().at;
      const value = this.#value();
      this.#refuseUnlike(field, value, at);
      tests.push(this.#must(testEquals(field, value), at, field));
    } while (this.#takeSign(","));
    if (!this.#takeSign(")")) throw this.#fault("`,` or `)` is expected here");
    if (!negated) return (run, now) => tests.some((test) => test(run, now));
    return (run, now) => !isAbsent(field, run, now) && !tests.some((test) => test(run, now));
  }

  /** What a field can never be is mistyped: that no run has it would look like an answer. */
  #refuseUnlike({ name, values }: RunField, { text }: WrittenValue, at: number): void {
    if (values === undefined || values.includes(text)) return;
    const near = nearest(text, values);
    throw whereInvalid(
      this.#text,
      at,
      `${name} is one of ${values.join(", ")}`,
      near === undefined ? [`without any: \`${name} is null\``] : [`write \`${near}\``],
    );
  }

  #must(test: Test | undefined, at: number, field: RunField): Test {
    if (test !== undefined) return test;
    const example = field.kind === "instant"
      ? "`2026-01-31`, `2026-01-31T14:30` or `2d` (ago)"
      : "`90s` or `1h30m`";
    throw whereInvalid(this.#text, at, `${field.name} is compared with ${example}`);
  }

  #field(): RunField {
    const token = this.#peek();
    if (token.kind !== "word") throw this.#fault("a field is expected here");
    const field = runField(token.text);
    if (field === undefined) {
      throw whereInvalid(
        this.#text,
        token.at,
        `there is no field ${JSON.stringify(token.text)}`,
        fixesOfField(token.text),
      );
    }
    this.#next++;
    return field;
  }

  #value(): WrittenValue {
    const { kind, text } = this.#peek();
    if (kind !== "word" && kind !== "text") throw this.#fault("a value is expected here");
    this.#next++;
    return { text, quoted: kind === "text" };
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  #takeWord(word: string): boolean {
    const { kind, text } = this.#peek();
    if (kind !== "word" || text.toLowerCase() !== word) return false;
    this.#next++;
    return true;
  }

  #takeSign(sign: string): boolean {
    const { kind, text } = this.#peek();
    if (kind !== "sign" || text !== sign) return false;
    this.#next++;
    return true;
  }

  #fault(why: string) {
    return whereInvalid(this.#text, this.#peek().at, why);
  }
}

function isAbsent(field: RunField, run: RunSummary, now: number): boolean {
  const value = field.of(run, now);
  return value === undefined || value === null ||
    (field.kind === "list" && (value as unknown[]).length === 0);
}
