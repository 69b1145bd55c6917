import { isDigest } from "../model/digest.ts";
import { MOST_JSON_LEVELS } from "../model/json.ts";
import { isName } from "../model/name.ts";
import { isRunId } from "../model/run_id.ts";

/**
 * What a value in a document must look like, so that a document is narrowed once, at the door.
 *
 * A shape gathers every fault by path and throws nothing. It is typed by the domain type that it narrows to: a
 * field that is forgotten here does not compile.
 */
export interface Shape<T> {
  /** Adds a line to `faults` for each fault in `value`, which stands at the path `at`. */
  check(value: unknown, at: string, faults: string[]): void;
  /** Never read; ties the shape to its type. */
  readonly narrows?: T;
}

/** A field that may be absent. */
export interface OptionalShape<T> extends Shape<T> {
  readonly optional: true;
}

type OptionalKeys<T> = { [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? K : never }[keyof T];

/** One shape for each field of `T`; optional fields take {@link optional} shapes. */
export type Fields<T> =
  & { readonly [K in Exclude<keyof T, OptionalKeys<T>>]: Shape<T[K]> }
  & { readonly [K in OptionalKeys<T>]-?: OptionalShape<NonNullable<T[K]>> };

function shape<T>(why: string, holds: (value: unknown) => boolean): Shape<T> {
  return {
    check(value, at, faults) {
      if (!holds(value)) faults.push(`${at} ${value === undefined ? "is absent" : `is not ${why}`}`);
    },
  };
}

const isText = (value: unknown): value is string => typeof value === "string" && value.isWellFormed();

/** Any well-formed text. */
export const text: Shape<string> = shape("text", isText);
/** Text that is not empty. */
export const filledText: Shape<string> = shape("text with something in it", (v) => isText(v) && v !== "");
/** `true` or `false`. */
export const flag: Shape<boolean> = shape("true or false", (v) => typeof v === "boolean");
/** A finite number from 0: an instant in epoch milliseconds, an amount. */
export const amount: Shape<number> = shape(
  "a number from 0",
  (v) => typeof v === "number" && Number.isFinite(v) && v >= 0,
);
/** A whole number from 0: bytes, a count. */
export const count: Shape<number> = shape(
  "a whole number from 0",
  (v) => Number.isSafeInteger(v) && (v as number) >= 0,
);
/** A whole number from 1. */
export const ordinal: Shape<number> = shape(
  "a whole number from 1",
  (v) => Number.isSafeInteger(v) && (v as number) >= 1,
);
/** The name of a project, stage, artifact or alias. */
export const name: Shape<string> = shape("a name", (v) => isText(v) && isName(v));
/** A git object id of either hash. */
export const objectId: Shape<string> = shape(
  "a git object id",
  (v) => typeof v === "string" && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(v),
);

/** A digest; `D` is its brand. */
export function digest<D>(): Shape<D> {
  return shape("a digest", (v) => typeof v === "string" && isDigest(v));
}

/** A run id; `R` is its brand. */
export function runId<R>(): Shape<R> {
  return shape("a run id", (v) => typeof v === "string" && isRunId(v));
}

/** One of a few texts. */
export function oneOf<const T extends string>(...values: readonly T[]): Shape<T> {
  return shape(`one of ${values.join(", ")}`, (v) => (values as readonly unknown[]).includes(v));
}

/** The schema line of a document. */
export function literal<const T extends string | number>(value: T): Shape<T> {
  return shape(JSON.stringify(value), (v) => v === value);
}

/** A field that may be absent, never null. */
export function optional<T>(inner: Shape<T>): OptionalShape<T> {
  return { check: inner.check, optional: true };
}

/** A list of any length from `least`. */
export function listOf<T>(item: Shape<T>, least = 0): Shape<readonly T[]> {
  return {
    check(value, at, faults) {
      if (!Array.isArray(value)) {
        return void faults.push(`${at} is ${value === undefined ? "absent" : "not a list"}`);
      }
      if (value.length < least) faults.push(`${at} has fewer than ${least} entries`);
      value.forEach((member, i) => item.check(member, `${at}[${i}]`, faults));
    },
  };
}

/** An object of any keys. */
export function mapOf<T>(member: Shape<T>, key: Shape<string> = text): Shape<Readonly<Record<string, T>>> {
  return {
    check(value, at, faults) {
      if (!isObject(value)) {
        return void faults.push(`${at} is ${value === undefined ? "absent" : "not an object"}`);
      }
      for (const [k, v] of Object.entries(value)) {
        key.check(k, `the key ${JSON.stringify(k)} of ${at}`, faults);
        member.check(v, `${at}.${k}`, faults);
      }
    },
  };
}

/** An object of exactly these fields: an unknown one is a fault, so that nothing is dropped in silence. */
export function object<T>(fields: Fields<T>): Shape<T> {
  const known = Object.entries(fields as Record<string, Shape<unknown> & { optional?: true }>);
  const names = new Set(known.map(([field]) => field));
  return {
    check(value, at, faults) {
      if (!isObject(value)) {
        return void faults.push(`${at} is ${value === undefined ? "absent" : "not an object"}`);
      }
      const path = at === "" ? "" : `${at}.`;
      for (const [field, inner] of known) {
        const member = Object.hasOwn(value, field) ? value[field] : undefined;
        if (member !== undefined || inner.optional !== true) inner.check(member, path + field, faults);
      }
      for (const field of Object.keys(value)) {
        if (!names.has(field) && value[field] !== undefined) faults.push(`${path}${field} is not known`);
      }
    },
  };
}

/** One of several objects, told apart by the field `tag`. */
export function tagged<T extends object>(
  tag: keyof T & string,
  shapes: Readonly<Record<string, Shape<unknown>>>,
): Shape<T> {
  return {
    check(value, at, faults) {
      if (!isObject(value)) {
        return void faults.push(`${at} is ${value === undefined ? "absent" : "not an object"}`);
      }
      const kind = value[tag];
      const inner = typeof kind === "string" && Object.hasOwn(shapes, kind) ? shapes[kind] : undefined;
      if (inner !== undefined) return inner.check(value, at, faults);
      faults.push(`${at}${at === "" ? "" : "."}${tag} is not one of ${Object.keys(shapes).join(", ")}`);
    },
  };
}

/** Any JSON value, at most 200 levels deep. */
export function json<T>(onlyObject: boolean): Shape<T> {
  return {
    check(value, at, faults) {
      if (onlyObject && !isObject(value)) {
        faults.push(`${at} is ${value === undefined ? "absent" : "not an object"}`);
      } else checkJson(value, at, faults, 0);
    },
  };
}

function checkJson(value: unknown, at: string, faults: string[], depth: number): void {
  if (depth > MOST_JSON_LEVELS) return void faults.push(`${at} is more than ${MOST_JSON_LEVELS} levels deep`);
  if (value === null || typeof value === "boolean") return;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) faults.push(`${at} is not a finite number`);
  } else if (typeof value === "string") {
    if (!value.isWellFormed()) faults.push(`${at} is not valid Unicode`);
  } else if (Array.isArray(value)) {
    value.forEach((member, i) => checkJson(member, `${at}[${i}]`, faults, depth + 1));
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (!key.isWellFormed()) faults.push(`a key of ${at} is not valid Unicode`);
      checkJson(member, `${at}.${key}`, faults, depth + 1);
    }
  } else faults.push(`${at} is not a JSON value`);
}

/** Whether `value` is an object in JSON's sense. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
