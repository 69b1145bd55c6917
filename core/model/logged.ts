import type { JsonObject } from "./json.ts";

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
