import type { JsonObject, JsonValue } from "./json.ts";

/**
 * What a program said of its own run, beside metrics: facts that others' logging libraries know and the version does
 * not. Later facts are laid over earlier ones, name by name.
 */
export interface LoggedFacts {
  /** Chosen by the program itself; those of the version stay what they are. */
  readonly params?: JsonObject;
  /** `null` removes a tag. */
  readonly tags?: Readonly<Record<string, string | null>>;
  readonly note?: string;
  /** Data that it says it read. */
  readonly inputs?: readonly LoggedInput[];
}

/** Data that a program says it read, in its own words. */
export interface LoggedInput {
  readonly name: string;
  readonly url?: string;
  readonly digest?: string;
}

/** All that a program had said of its run by some moment. */
export interface RunLogged {
  readonly params: JsonObject;
  /** Without those that were removed again. */
  readonly tags: Readonly<Record<string, string>>;
  readonly note?: string;
  /** Each once, in the order in which they were first named. */
  readonly inputs: readonly LoggedInput[];
}

/** What holds before a program has said anything. */
export const NOTHING_LOGGED: RunLogged = { params: {}, tags: {}, inputs: [] };

/**
 * What holds after some facts: of each param and tag, and of the note, the last says; inputs add up. An empty note is
 * none.
 *
 * @param facts In the order in which they were said; may be empty.
 * @returns `undefined` if nothing holds.
 */
export function foldLogged(facts: Iterable<LoggedFacts>): RunLogged | undefined {
  const params = new Map<string, JsonValue>();
  const tags = new Map<string, string>();
  const inputs = new Map<string, LoggedInput>();
  let note: string | undefined;
  for (const said of facts) {
    for (const [name, value] of Object.entries(said.params ?? {})) params.set(name, value);
    for (const [name, value] of Object.entries(said.tags ?? {})) {
      if (value === null) tags.delete(name);
      else tags.set(name, value);
    }
    for (const input of said.inputs ?? []) {
      const { name, url, digest } = input;
      const key = JSON.stringify([name, url ?? null, digest ?? null]);
      if (!inputs.has(key)) inputs.set(key, input);
    }
    note = said.note ?? note;
  }
  if (note === "") note = undefined;
  if (params.size + tags.size + inputs.size === 0 && note === undefined) return undefined;
  return {
    params: Object.fromEntries(params),
    tags: Object.fromEntries(tags),
    ...(note === undefined ? {} : { note }),
    inputs: [...inputs.values()],
  };
}

/**
 * The note that people see: what a person said, and below it what the program said, unless that begins with it.
 *
 * @param said Empty or absent: nothing.
 * @returns Empty if nobody said anything.
 */
export function shownNote(own = "", said = ""): string {
  if (own === "" || said.startsWith(own)) return said;
  return said === "" ? own : `${own}\n\n${said}`;
}
