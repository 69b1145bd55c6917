import type { ModelVersion, RegisteredModel } from "./registered_model.ts";
import { absent, Refusal } from "./refusal.ts";
import { checkModelName, shown } from "./registry_names.ts";
import type { Room } from "./room.ts";

/** What a program says of a version that it registers. */
export interface WantedVersion
  extends Pick<ModelVersion, "source" | "storage" | "runId" | "runLink" | "modelId" | "description"> {
  readonly tags: ReadonlyMap<string, string>;
}

/** The models that a program registered. It is empty when a run begins: what outlives runs are their outputs. */
export class ModelRegistry {
  readonly #byName = new Map<string, RegisteredModel>();
  readonly #room: Room;
  readonly #now: () => number;

  /** @param now Epoch milliseconds. */
  constructor(room: Room, now: () => number) {
    this.#room = room;
    this.#now = now;
  }

  /** In the order in which they were made. */
  all(): readonly RegisteredModel[] {
    return [...this.#byName.values()];
  }

  /** @throws {Refusal} if there is one of that name, or the name is not fit. */
  create(name: string, description: string, tags: ReadonlyMap<string, string>): RegisteredModel {
    this.#checkFree(name);
    const at = this.#now();
    const model: RegisteredModel = {
      name,
      createdAt: at,
      updatedAt: at,
      description,
      tags: new Map(),
      aliases: new Map(),
      versions: new Map(),
      lastNumber: 0,
    };
    this.#room.take(name, description);
    for (const [key, value] of tags) this.#room.set(model.tags, key, value);
    this.#byName.set(name, model);
    return model;
  }

  /** @throws {Refusal} if there is none. */
  get(name: string): RegisteredModel {
    const model = this.#byName.get(name);
    if (model !== undefined) return model;
    throw absent(
      `Registered Model with name=${
        shown(name)
      } not found. Inside a run of aero the registry begins empty: to use ` +
        "a model of an earlier run, make it an input of the stage",
    );
  }

  /** @throws {Refusal} if another one has that name, or it is not fit. */
  rename(model: RegisteredModel, name: string): void {
    this.#checkFree(name);
    this.#room.take(name);
    this.#byName.delete(model.name);
    this.#byName.set(name, Object.assign(model, { name, updatedAt: this.#now() }));
  }

  /** The name is free again; files stay. */
  delete(model: RegisteredModel): void {
    this.#byName.delete(model.name);
  }

  /** @throws {Refusal} if there is no room for it. */
  createVersion(model: RegisteredModel, wanted: WantedVersion): ModelVersion {
    const { source, storage, runId, runLink, modelId, description } = wanted;
    this.#room.take(source, storage, runId, runLink, modelId, description);
    const at = this.#now();
    const tags = new Map<string, string>();
    for (const [key, value] of wanted.tags) this.#room.set(tags, key, value);
    const number = ++model.lastNumber;
    const version: ModelVersion = {
      ...{ model, number, description, source, storage, runId, runLink, modelId, tags },
      createdAt: at,
      updatedAt: at,
      stage: "None",
    };
    model.versions.set(number, version);
    model.updatedAt = at;
    return version;
  }

  /** @throws {Refusal} if there is none. */
  version(name: string, number: number | undefined): ModelVersion {
    const version = number === undefined ? undefined : this.get(name).versions.get(number);
    if (version === undefined) {
      throw absent(`Model Version (name=${shown(name)}, version=${number ?? ""}) not found`);
    }
    return version;
  }

  /** Its aliases go with it; its number is not given again, and its files stay. */
  deleteVersion({ model, number }: ModelVersion): void {
    for (const [alias, aliased] of model.aliases) if (aliased === number) model.aliases.delete(alias);
    model.versions.delete(number);
    model.updatedAt = this.#now();
  }

  #checkFree(name: string): void {
    checkModelName(name);
    if (this.#byName.has(name)) {
      throw new Refusal("RESOURCE_ALREADY_EXISTS", `Registered Model (name=${shown(name)}) already exists.`);
    }
  }
}
