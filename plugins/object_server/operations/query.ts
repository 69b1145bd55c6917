import { S3Fault } from "../../s3_protocol/errors.ts";
import { parseQuery } from "../../s3_protocol/percent_encoding.ts";

/** The parameters of a query; of one that comes twice, the first. */
export class Query {
  readonly #values = new Map<string, string>();

  /** @throws {S3Fault} `InvalidURI`. */
  constructor(text: string) {
    for (const [name, value] of parseQuery(text)) {
      if (!this.#values.has(name)) this.#values.set(name, value);
    }
  }

  /** Whether the parameter is there, with a value or without. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The value; "" for a parameter without one. */
  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** The value, or `undefined` if it is empty. */
  text(name: string): string | undefined {
    return this.#values.get(name) || undefined;
  }

  /**
   * A count.
   *
   * @throws {S3Fault} `InvalidArgument` if it is not a whole number of at least 0.
   */
  count(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!/^\d{1,10}$/.test(text)) throw this.invalid(name);
    return Number(text);
  }

  /** What to answer to a parameter that is wrong. */
  invalid(name: string): S3Fault {
    return new S3Fault("InvalidArgument", {
      fields: { ArgumentName: name, ArgumentValue: this.get(name) ?? "" },
    });
  }

  /** Names, in their order. */
  names(): Iterable<string> {
    return this.#values.keys();
  }
}
