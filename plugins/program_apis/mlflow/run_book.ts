import { createHash } from "node:crypto";
import type { ProgramLog } from "../../../core/plugin/program_api.ts";
import { RESERVED } from "./artifact_files.ts";
import { Experiments } from "./experiments.ts";
import { RunFolder } from "./folders.ts";
import type { LoggedModel } from "./logged_model.ts";
import { PointBudget } from "./metric_series.ts";
import { NameLedger, pathPart } from "./name_ledger.ts";
import { ProgramRun } from "./program_run.ts";
import { absent, invalid } from "./refusal.ts";
import { Room } from "./room.ts";
import { ToldNames } from "./told_names.ts";

/** Most runs of a program. */
const MOST_RUNS = 100_000;

/** What a program says of a run that it begins. */
export interface WantedRun {
  readonly name: string | undefined;
  readonly experiment: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

/** What a program says of a model that it begins to log. */
export interface WantedModel {
  readonly name: string;
  readonly experiment: string;
  readonly sourceRun: string | undefined;
  readonly type: string | undefined;
}

/**
 * All that a program made: experiments, runs, models. Ids follow from the stage key and the order in which they are
 * asked for, so that a rerun has the same.
 */
export class RunBook {
  readonly room = new Room();
  readonly experiments: Experiments;
  readonly #log: ProgramLog;
  readonly #now: () => number;
  readonly #budget = new PointBudget();
  /** Names at the top of the files. */
  readonly #names = new NameLedger(RESERVED);
  readonly #toldNames = new ToldNames((part) => this.#placeFor(pathPart(part)));
  readonly #runs = new Map<string, ProgramRun>();
  readonly #models = new Map<string, LoggedModel>();
  readonly #main: ProgramRun;
  #mainIsTaken = false;

  /** @param now Epoch milliseconds. */
  constructor(log: ProgramLog, now: () => number) {
    this.#log = log;
    this.#now = now;
    this.experiments = new Experiments(this.room, now);
    this.#main = new ProgramRun({
      id: this.#id("run"),
      name: log.stage,
      experiment: this.experiments.recent.id,
      told: (name) => this.#toldNames.of(name),
      folder: new RunFolder("", this.#names),
      startedAt: log.startedAt,
      budget: this.#budget,
    });
    this.#runs.set(this.#main.id, this.#main);
  }

  /**
   * Begins a run: the first is the one that aero knows, further ones stand beside it under a name of their own.
   *
   * @throws {Refusal} if there are too many.
   */
  createRun({ name, experiment, startedAt }: WantedRun): ProgramRun {
    if (!this.#mainIsTaken) {
      this.#mainIsTaken = true;
      Object.assign(this.#main, { name: name ?? this.#main.name, experiment, startedAt });
      return this.#main;
    }
    if (this.#runs.size >= MOST_RUNS) {
      throw invalid(`Cannot begin a run: this program has begun ${MOST_RUNS}`);
    }
    const number = this.#runs.size + 1;
    const shown = name ?? `run-${number}`;
    this.room.take(shown);
    const place = this.#placeFor(pathPart(shown));
    this.#toldNames.reserve(place);
    const run = new ProgramRun({
      id: this.#id(`run ${number}`),
      name: shown,
      experiment,
      folder: new RunFolder(place, new NameLedger()),
      startedAt,
      budget: this.#budget,
    });
    this.#runs.set(run.id, run);
    return run;
  }

  /** A name that no file and, as a prefix, nothing that the run that aero knows has logged has. */
  #placeFor(part: string): string {
    const { metrics, params, tags } = this.#main;
    const keys = [...metrics.keys(), ...params.keys(), ...tags.keys()];
    for (;;) {
      const place = this.#names.claim(part);
      if (!keys.some((key) => key.startsWith(`${place}/`))) return place;
    }
  }

  /**
   * The run of that id. Whoever asks for the one that aero knows goes on with it, so that it is not begun again; until
   * then it is in whatever experiment the program looks at.
   *
   * @throws {Refusal} if there is none.
   */
  run(id: string): ProgramRun {
    const run = this.#runs.get(id);
    if (run === undefined) throw absent(`Run with id=${id} not found`);
    if (run === this.#main && !this.#mainIsTaken) {
      this.#mainIsTaken = true;
      run.experiment = this.experiments.recent.id;
    }
    return run;
  }

  /** Those that the program began, in that order. */
  runs(): readonly ProgramRun[] {
    return [...this.#runs.values()].filter((run) => run !== this.#main || this.#mainIsTaken);
  }

  /** Begins a model; its files lie beside those of its run. @throws {Refusal} */
  createModel({ name, experiment, sourceRun, type }: WantedModel): LoggedModel {
    const run = sourceRun === undefined ? this.#main : this.run(sourceRun);
    this.room.take(name, sourceRun, type);
    const at = this.#now();
    const model: LoggedModel = {
      id: `m-${this.#id(`model ${this.#models.size + 1}`)}`,
      name,
      experiment,
      sourceRun,
      type,
      createdAt: at,
      updatedAt: at,
      status: "LOGGED_MODEL_PENDING",
      lifecycle: "active",
      params: new Map(),
      tags: new Map(),
      metrics: new Map(),
      folder: run.folder.model(name),
      runFolder: run.folder,
    };
    this.#models.set(model.id, model);
    return model;
  }

  findModel(id: string): LoggedModel | undefined {
    return this.#models.get(id);
  }

  /** @throws {Refusal} if there is none. */
  model(id: string): LoggedModel {
    const model = this.findModel(id);
    if (model === undefined) throw absent(`Logged model with ID '${id}' not found.`);
    return model;
  }

  /** In the order in which they were begun. */
  models(): readonly LoggedModel[] {
    return [...this.#models.values()];
  }

  #id(of: string): string {
    return createHash("sha256").update(`${this.#log.stageKey} ${of}`).digest("hex").slice(0, 32);
  }
}
