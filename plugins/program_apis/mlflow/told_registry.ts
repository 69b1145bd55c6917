import { placeOf } from "./model_source.ts";
import type { ModelVersion, RegisteredModel } from "./registered_model.ts";
import type { ProgramLog } from "../../../core/plugin/program_api.ts";
import type { RunBook } from "./run_book.ts";

/**
 * Tells what a program registers as tags of the run: `registered_model.<name>/v<N>` is where the files of a version lie
 * among those that the run hands over, `registered_model.<name>/<alias>` is `v<N>`. Names of models have no slash,
 * aliases no dot, and none looks like a version, so that no two of these tags are one.
 */
export class ToldRegistry {
  readonly #book: RunBook;
  readonly #log: ProgramLog;
  readonly #told = new Map<RegisteredModel, ReadonlyMap<string, string>>();

  constructor(book: RunBook, log: ProgramLog) {
    this.#book = book;
    this.#log = log;
  }

  /** Tells what of `model` is new or gone since it was told last. */
  tell(model: RegisteredModel): void {
    const before = this.#told.get(model) ?? new Map<string, string>();
    const tags = new Map(this.#tags(model));
    const changed: [string, string | null][] = [...tags].filter(([key, value]) => before.get(key) !== value);
    for (const key of before.keys()) if (!tags.has(key)) changed.push([key, null]);
    this.#told.set(model, tags);
    this.#say(changed);
  }

  /** Tells all that is new, after files were renamed. */
  tellMoved(): void {
    for (const model of this.#told.keys()) this.tell(model);
  }

  /** Tells that the program took `model` away. */
  tellGone(model: RegisteredModel): void {
    this.#say([...this.#told.get(model)?.keys() ?? []].map((key) => [key, null]));
    this.#told.delete(model);
  }

  *#tags(model: RegisteredModel): Iterable<[string, string]> {
    const name = `registered_model.${model.name}`;
    if (model.description !== "") yield [name, model.description];
    yield* ownTags(name, model.tags);
    for (const version of model.versions.values()) {
      yield* versionTags(`${name}/v${version.number}`, version, placeOf(this.#book, version.storage));
    }
    for (const [alias, number] of model.aliases) yield [`${name}/${alias}`, `v${number}`];
  }

  #say(tags: readonly (readonly [string, string | null])[]): void {
    if (tags.length > 0) this.#log.logged({ tags: Object.fromEntries(tags) });
  }
}

function* versionTags(name: string, version: ModelVersion, place: string): Iterable<[string, string]> {
  yield [name, place];
  if (version.stage !== "None") yield [`${name}/stage`, version.stage];
  if (version.description !== "") yield [`${name}/description`, version.description];
  yield* ownTags(name, version.tags);
}

/** Those of the program; MLflow's own are for its pages. */
function* ownTags(name: string, tags: ReadonlyMap<string, string>): Iterable<[string, string]> {
  for (const [key, value] of tags) {
    if (!key.startsWith("mlflow.")) yield [`${name}/tag.${key}`, value];
  }
}
