import { invalid } from "./refusal.ts";

/** What a condition asks of: an attribute, metric, param, tag or dataset. */
export interface SearchField {
  readonly kind: "attribute" | "metric" | "param" | "tag" | "dataset";
  readonly key: string;
}

/** What an entity has there; several where it has several datasets. */
export type FieldValues = (field: SearchField) => readonly (string | number)[];

/** Whether an entity is among what is searched for. */
export type SearchFilter = (values: FieldValues) => boolean;

const KINDS: Readonly<Record<string, SearchField["kind"]>> = {
  attribute: "attribute",
  attributes: "attribute",
  attr: "attribute",
  run: "attribute",
  metric: "metric",
  metrics: "metric",
  param: "param",
  params: "param",
  parameter: "param",
  parameters: "param",
  tag: "tag",
  tags: "tag",
  dataset: "dataset",
  datasets: "dataset",
};

/** Quoted texts and names, numbers and words, operators and brackets. */
const TOKEN = /\s*(?:('[^']*'|"[^"]*"|`[^`]*`)|([^\s'"`<>=!(),]+)|(<=|>=|!=|<>|[<>=(),]))/y;

type Token = { readonly kind: "quoted" | "word" | "sign"; readonly text: string };

/**
 * Reads a condition of MLflow's search: comparisons joined by AND.
 *
 * @throws {Refusal} if it is none.
 */
export function parseFilter(text: string | undefined): SearchFilter {
  if (text === undefined || text.trim() === "") return () => true;
  const reader = new FilterReader(text);
  const conditions = [reader.condition()];
  while (!reader.atEnd()) {
    reader.want("AND");
    conditions.push(reader.condition());
  }
  return (values) => conditions.every((condition) => condition(values));
}

/**
 * Reads the name of a field: `metrics.loss`, `tags.'a b'`, `start_time`.
 *
 * @throws {Refusal} if its kind is not known.
 */
export function parseField(text: string): SearchField {
  const dot = text.indexOf(".");
  const plain = text.replaceAll(/[`"]/g, "");
  if (dot < 0) return { kind: "attribute", key: plain };
  const named = text.slice(0, dot).toLowerCase();
  if (!Object.hasOwn(KINDS, named)) {
    throw invalid(`Invalid entity type '${text.slice(0, Math.min(dot, 100)).toWellFormed()}' in a search`);
  }
  return { kind: KINDS[named]!, key: plain.slice(dot + 1) };
}

class FilterReader {
  readonly #tokens: readonly Token[];
  readonly #text: string;
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(
      text,
      (at) => invalid(`Invalid filter ${JSON.stringify(text)}: cannot read it at ${at}`),
    );
  }

  atEnd(): boolean {
    return this.#next === this.#tokens.length;
  }

  want(word: string): void {
    if (this.#take().text.toUpperCase() !== word) throw this.#wrong(`${word} is expected`);
  }

  condition(): SearchFilter {
    const field = this.#field();
    const operator = this.#operator();
    if (operator === "IS NULL") return (values) => values(field).length === 0;
    if (operator === "IS NOT NULL") return (values) => values(field).length > 0;
    const wanted = operator === "IN" || operator === "NOT IN" ? this.#list() : [this.#value()];
    return (values) => values(field).some((value) => compare(value, operator, wanted));
  }

  #field(): SearchField {
    const word = this.#take();
    if (word.kind !== "word") throw this.#wrong("a name is expected");
    if (!word.text.endsWith(".")) return parseField(word.text);
    const key = this.#take();
    return parseField(word.text + key.text.slice(1, -1));
  }

  #operator(): string {
    const first = this.#take().text.toUpperCase();
    if (["=", "!=", "<>", "<", "<=", ">", ">=", "LIKE", "ILIKE", "IN"].includes(first)) return first;
    if (first === "NOT") {
      this.want("IN");
      return "NOT IN";
    }
    if (first !== "IS") throw this.#wrong("an operator is expected");
    const second = this.#take().text.toUpperCase();
    if (second === "NULL") return "IS NULL";
    if (second !== "NOT") throw this.#wrong("NULL is expected");
    this.want("NULL");
    return "IS NOT NULL";
  }

  #list(): readonly (string | number)[] {
    this.want("(");
    const values = [this.#value()];
    for (;;) {
      const sign = this.#take().text;
      if (sign === ")") return values;
      if (sign !== ",") throw this.#wrong("a comma is expected");
      values.push(this.#value());
    }
  }

  #value(): string | number {
    const { kind, text } = this.#take();
    if (kind === "quoted") return text.slice(1, -1);
    const number = Number(text);
    if (kind === "word" && !Number.isNaN(number)) return number;
    throw this.#wrong("a number, or a text in quotes, is expected");
  }

  #take(): Token {
    const token = this.#tokens[this.#next++];
    if (token === undefined) throw this.#wrong("it ends too early");
    return token;
  }

  #wrong(why: string) {
    return invalid(`Invalid filter ${JSON.stringify(this.#text.slice(0, 500).toWellFormed())}: ${why}`);
  }
}

function tokensOf(text: string, wrong: (at: number) => Error): readonly Token[] {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  for (let at = 0; at < trimmed.length;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(trimmed);
    if (match === null) throw wrong(at);
    at = TOKEN.lastIndex;
    if (match[1] !== undefined) tokens.push({ kind: "quoted", text: match[1] });
    else if (match[2] !== undefined) tokens.push({ kind: "word", text: match[2] });
    else tokens.push({ kind: "sign", text: match[3]! });
  }
  return tokens;
}

function compare(value: string | number, operator: string, wanted: readonly (string | number)[]): boolean {
  const same = (other: string | number) =>
    typeof value === "number" ? value === Number(other) : value === String(other);
  const [first] = wanted as [string | number];
  const number = Number(value), other = Number(first);
  switch (operator) {
    case "=":
      return same(first);
    case "!=":
    case "<>":
      return !same(first);
    case "<":
      return number < other;
    case "<=":
      return number <= other;
    case ">":
      return number > other;
    case ">=":
      return number >= other;
    case "IN":
      return wanted.some(same);
    case "NOT IN":
      return !wanted.some(same);
    default:
      return isLike(String(value), String(first), operator === "ILIKE");
  }
}

/** SQL's LIKE: `%` is any text, `_` any character. No slower than the product of both lengths, whatever the pattern is. */
function isLike(text: string, pattern: string, ignoreCase: boolean): boolean {
  const [a, b] = ignoreCase ? [text.toLowerCase(), pattern.toLowerCase()] : [text, pattern];
  let i = 0, j = 0, star = -1, from = 0;
  while (i < a.length) {
    if (b[j] === "%") {
      star = j++;
      from = i;
    } else if (j < b.length && (b[j] === "_" || b[j] === a[i])) {
      i++;
      j++;
    } else if (star >= 0) {
      j = star + 1;
      i = ++from;
    } else return false;
  }
  while (b[j] === "%") j++;
  return j === b.length;
}
