import type { ExperimentVersion } from "../model/experiment_version.ts";
import type { JsonValue } from "../model/json.ts";
import { type LoggedFacts, shownNote } from "../model/logged.ts";
import { loggedName } from "../model/logged_name.ts";
import { namedTags, tagWord } from "../model/named_tags.ts";
import { paramAt } from "../model/params.ts";
import type { RunStart } from "../model/run.ts";
import type { LoggedEvent } from "../plugin/tracker.ts";

/**
 * What a run's program logs, as trackers are told of it: beside what the run has of its own, never in its place.
 *
 * Params and tags of names that the run gave other values to get names of their own, and keep them; what says the
 * run's own again is left out. A note stands below the run's own.
 */
export class ToldFacts {
  readonly #own: { readonly param: Reader; readonly tag: Reader; readonly note: string | undefined };
  /** Names that were given so far, by the program's. */
  readonly #params = new Map<string, string>();
  readonly #tags = new Map<string, string>();
  /** Values of tags, as they were told. */
  readonly #held = new Map<string, string>();

  constructor(start: RunStart, version: ExperimentVersion) {
    const tags = namedTags(start);
    this.#own = {
      param: (name) => paramAt(version.params, name),
      tag: (name, value) => {
        // `name=value` may also be one word that a person gave it.
        if (start.tags.includes(tagWord(name, value))) return value;
        return Object.hasOwn(tags, name) ? tags[name] : undefined;
      },
      note: start.note,
    };
  }

  /** Takes the next facts. @returns `undefined` if nothing of them is new. */
  take({ params, tags, note, inputs }: LoggedFacts): Pick<LoggedEvent, "facts" | "tagsBefore"> | undefined {
    const facts: LoggedFacts = {
      ...this.#named("params", params, this.#params, this.#own.param),
      ...this.#named("tags", tags, this.#tags, this.#own.tag),
      ...(note === undefined ? {} : { note: shownNote(this.#own.note, note) }),
      ...(inputs === undefined || inputs.length === 0 ? {} : { inputs }),
    };
    if (Object.keys(facts).length === 0) return undefined;
    return { facts, tagsBefore: this.#change(facts.tags ?? {}) };
  }

  /** Takes tags as they are from now on, and gives what they were. */
  #change(tags: NonNullable<LoggedFacts["tags"]>): Record<string, string> {
    const before: [string, string][] = [];
    for (const [name, value] of Object.entries(tags)) {
      const was = this.#held.get(name);
      if (was !== undefined) before.push([name, was]);
      if (value === null) this.#held.delete(name);
      else this.#held.set(name, value);
    }
    return Object.fromEntries(before);
  }

  #named<Kind extends "params" | "tags">(
    kind: Kind,
    said: LoggedFacts[Kind],
    given: Map<string, string>,
    own: Reader,
  ): LoggedFacts {
    const named = Object.entries<JsonValue>(said ?? {}).flatMap(([name, value]) => {
      const shown = given.get(name) ?? nameOf(kind, name, value, own);
      if (shown === undefined) return [];
      given.set(name, shown);
      return [[shown, value] as const];
    });
    return named.length === 0 ? {} : { [kind]: Object.fromEntries(named) };
  }
}

/** The run's own value of a name; of a tag, also with the value that the program gives it. */
type Reader = (name: string, value: JsonValue) => JsonValue | undefined;

function nameOf(kind: "params" | "tags", name: string, value: JsonValue, own: Reader): string | undefined {
  if (kind === "params") return loggedName(name, value, (at) => own(at, value));
  // A tag that was never there cannot be taken away, and an own one is not the program's to take.
  if (value === null) return undefined;
  // Libraries that want a value with each tag give an empty one to those that have none.
  const flat = (tag: JsonValue | undefined) => tag === "" ? true : tag;
  return loggedName(name, flat(value)!, (at) => flat(own(at, value)));
}
