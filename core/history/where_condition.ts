import type { JsonValue } from "../model/json.ts";
import { parseInstant, parseSpan, type Period } from "./instant.ts";
import { numberIn, numberOf } from "./number_text.ts";
import type { RunField } from "./run_field.ts";
import type { RunSummary } from "./run_summary.ts";

/** Whether something holds for a run. */
export type Test = (run: RunSummary, now: number) => boolean;

/** A value as a filter has it. */
export interface WrittenValue {
  readonly text: string;
  readonly quoted: boolean;
}

/**
 * The test that compares a field with a value.
 *
 * @returns `undefined` if the field is an instant or a duration, and the value cannot be one.
 */
export function testOf(field: RunField, sign: string, value: WrittenValue): Test | undefined {
  if (sign === "=") return testEquals(field, value);
  if (sign === "!=") {
    const equals = testEquals(field, value);
    if (equals === undefined) return undefined;
    return (run, now) => field.of(run, now) !== undefined && !equals(run, now);
  }
  if (sign === "~") return (run, now) => contains(field.of(run, now), value);
  return testOrder(field, sign, value);
}

/** The test for `=`; see {@link testOf}. */
export function testEquals(field: RunField, value: WrittenValue): Test | undefined {
  const { text } = value;
  switch (field.kind) {
    case "instant":
    case "duration":
      return testOrder(field, "=", value);
    case "list":
      return (run, now) => (field.of(run, now) as readonly string[]).includes(text);
    case "id": {
      const prefix = text.replace(/^sha256:/, "").toLowerCase();
      return (run, now) => {
        const id = field.of(run, now);
        return typeof id === "string" && prefix !== "" && id.startsWith(prefix);
      };
    }
    case "exact": {
      const meant = meaningsOf(value);
      return (run, now) => {
        const actual = field.of(run, now);
        return actual !== undefined && meant.some((other) => Object.is(other, actual === 0 ? 0 : actual));
      };
    }
  }
}

/** Order, by the bounds of what the value stands for: a day begins and ends. */
function testOrder(field: RunField, sign: string, value: WrittenValue): Test | undefined {
  if (field.kind === "instant" || field.kind === "duration") {
    const period = field.kind === "instant" ? parseInstant(value.text) : asPeriod(parseSpan(value.text));
    if (period === undefined) return undefined;
    return (run, now) => {
      const actual = field.of(run, now);
      return typeof actual === "number" && orderHolds(sign, actual, period(now));
    };
  }
  const meant = meaningsOf(value);
  return (run, now) => {
    const actual = field.of(run, now);
    const number = numberOf(actual);
    const bound = meant.find((other) => typeof other === "number");
    if (number !== undefined && bound !== undefined) return ordered(sign, number, bound);
    return meant.some((other) => {
      return typeof actual === "string" && typeof other === "string" && ordered(sign, actual, other);
    });
  };
}

function asPeriod(span: number | undefined): ((now: number) => Period) | undefined {
  return span === undefined ? undefined : () => ({ from: span, to: span });
}

function orderHolds(sign: string, actual: number, { from, to }: Period): boolean {
  const point = from === to;
  switch (sign) {
    case "<":
      return actual < from;
    case "<=":
      return point ? actual <= to : actual < to;
    case ">":
      return point ? actual > to : actual >= to;
    case ">=":
      return actual >= from;
    default:
      return actual >= from && (point ? actual === to : actual < to);
  }
}

function ordered<T extends number | string>(sign: string, a: T, b: T): boolean {
  if (sign === "<") return a < b;
  if (sign === "<=") return a <= b;
  return sign === ">" ? a > b : a >= b;
}

function contains(actual: JsonValue | undefined, { text }: WrittenValue): boolean {
  if (typeof actual === "string") return actual.toLowerCase().includes(text.toLowerCase());
  return Array.isArray(actual) && actual.some((member) => String(member) === text);
}

/** What a written value can mean: `7` is a number, and also the text "7"; in quotes it is text only. */
function meaningsOf({ text, quoted }: WrittenValue): readonly (string | number | boolean | null)[] {
  if (quoted) return [text];
  if (text === "true") return [true, text];
  if (text === "false") return [false, text];
  if (text === "null") return [null, text];
  const number = numberIn(text);
  if (number !== undefined) return [number, text];
  if (/^nan$/i.test(text)) return [NaN, text];
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return [text.startsWith("-") ? -Infinity : Infinity, text];
  return [text];
}
