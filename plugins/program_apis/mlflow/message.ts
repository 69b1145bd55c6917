import { isJsonObject } from "../../../core/model/json.ts";
import { invalid } from "./refusal.ts";

/** Beyond it, whole numbers of the protocol (64 bits) do not go. */
const MOST_INTEGER = 2 ** 63;

/** Longest piece of a value that is repeated in a refusal. */
const SHOWN = 100;

/**
 * What a request says, read field by field. A field that is null is absent, as it is to MLflow's own servers; one of
 * another kind than the protocol has there is refused, where those would read on without it.
 */
export class Message {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(fields: Readonly<Record<string, unknown>>) {
    this.#fields = fields;
  }

  /** @throws {Refusal} if it is no text, or cannot be written as UTF-8. */
  text(name: string): string | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (typeof value !== "string") throw this.#wrong(name, "text");
    if (!value.isWellFormed()) throw this.#wrong(name, "text that is valid Unicode");
    return value;
  }

  /** @throws {Refusal} if it is absent, empty or no text. */
  wantedText(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === "") throw invalid(`Missing value for required parameter '${name}'`);
    return value;
  }

  /** @throws {Refusal} if it is no whole number, written as a number or as text. */
  integer(name: string): number | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    const number = typeof value === "string" && /^-?\d{1,19}$/.test(value) ? Number(value) : value;
    if (typeof number === "number" && Number.isInteger(number) && Math.abs(number) <= MOST_INTEGER) {
      return number;
    }
    throw this.#wrong(name, "a whole number");
  }

  /** A number, NaN or an infinity. @throws {Refusal} if it is absent or anything else. */
  wantedNumber(name: string): number {
    const value = this.#value(name);
    if (value === undefined) throw invalid(`Missing value for required parameter '${name}'`);
    if (typeof value === "number") return value;
    if (typeof value === "string" && /^(NaN|-?Infinity|[+-]?[\d.]+([eE][+-]?\d+)?)$/.test(value)) {
      const number = Number(value);
      if (value === "NaN" || !Number.isNaN(number)) return number;
    }
    throw this.#wrong(name, "a number");
  }

  /** Empty if absent; one text stands for a list of it, as in a query. @throws {Refusal} */
  texts(name: string): readonly string[] {
    const value = this.#value(name);
    if (value === undefined) return [];
    const list = Array.isArray(value) ? value : [value];
    return list.map((item) => {
      if (typeof item === "string" && item.isWellFormed()) return item;
      throw this.#wrong(name, "a list of texts");
    });
  }

  /** @throws {Refusal} if it is not there, or is no object. */
  wantedMessage(name: string): Message {
    const value = this.#value(name);
    if (isJsonObject(value)) return new Message(value);
    throw this.#wrong(name, "an object");
  }

  /** Empty if absent. @throws {Refusal} if it is no list of objects. */
  messages(name: string): readonly Message[] {
    const value = this.#value(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw this.#wrong(name, "a list of objects");
    return value.map((item) => {
      if (isJsonObject(item)) return new Message(item);
      throw this.#wrong(name, "a list of objects");
    });
  }

  /** True, or `"true"` in a query. */
  flag(name: string): boolean {
    const value = this.#value(name);
    return value === true || value === "true";
  }

  #value(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] ?? undefined : undefined;
  }

  #wrong(name: string, wanted: string) {
    const shown = JSON.stringify(this.#value(name))?.slice(0, SHOWN).toWellFormed();
    return invalid(`Invalid value ${shown} for parameter '${name}': it is to be ${wanted}`);
  }
}
