/** The variables of the environment, as they were when the program started. */
export class Environment {
  readonly #variables: Readonly<Record<string, string>>;

  constructor(variables: Readonly<Record<string, string>>) {
    this.#variables = variables;
  }

  /** The value; `undefined` if the variable is not set or empty, which shells do not tell apart well. */
  get(name: string): string | undefined {
    const value = Object.hasOwn(this.#variables, name) ? this.#variables[name] : undefined;
    return value === "" ? undefined : value;
  }

  /** Names of all that are set to some text. */
  names(): string[] {
    return Object.keys(this.#variables).filter((name) => this.#variables[name] !== "");
  }
}

/** The environment of this process. */
export function processEnvironment(): Readonly<Record<string, string>> {
  return Deno.env.toObject();
}
