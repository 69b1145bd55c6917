import type { LifecycleStage } from "./program_run.ts";
import { absent, Refusal } from "./refusal.ts";
import type { Room } from "./room.ts";

/** A group of runs, as programs make them; aero knows projects and stages instead. */
export interface Experiment {
  readonly id: string;
  name: string;
  lifecycle: LifecycleStage;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  updatedAt: number;
  readonly tags: Map<string, string>;
}

/** The experiments that a program sees; MLflow's own default one is there from the beginning. */
export class Experiments {
  readonly #byId = new Map<string, Experiment>();
  readonly #room: Room;
  readonly #now: () => number;
  #recent: Experiment;

  /** @param now Epoch milliseconds. */
  constructor(room: Room, now: () => number) {
    this.#room = room;
    this.#now = now;
    this.#recent = this.#add("Default");
  }

  /** The one that the program made or asked for by name most recently. */
  get recent(): Experiment {
    return this.#recent;
  }

  /** @throws {Refusal} if there is one of that name. */
  create(name: string): Experiment {
    if (this.byName(name) !== undefined) {
      throw new Refusal("RESOURCE_ALREADY_EXISTS", `Experiment '${name}' already exists.`);
    }
    this.#recent = this.#add(name);
    return this.#recent;
  }

  /** @throws {Refusal} if there is none. */
  get(id: string): Experiment {
    const found = this.#byId.get(id);
    if (found === undefined) throw absent(`No Experiment with id=${id} exists`);
    return found;
  }

  /** @throws {Refusal} if there is none. */
  getByName(name: string): Experiment {
    const found = this.byName(name);
    if (found === undefined) throw absent(`Could not find experiment with name '${name}'`);
    this.#recent = found;
    return found;
  }

  byName(name: string): Experiment | undefined {
    return this.all().find((experiment) => experiment.name === name);
  }

  /** In the order in which they were made. */
  all(): readonly Experiment[] {
    return [...this.#byId.values()];
  }

  #add(name: string): Experiment {
    this.#room.take(name);
    const at = this.#now();
    const experiment: Experiment = {
      id: String(this.#byId.size),
      name,
      lifecycle: "active",
      createdAt: at,
      updatedAt: at,
      tags: new Map(),
    };
    this.#byId.set(experiment.id, experiment);
    return experiment;
  }
}
