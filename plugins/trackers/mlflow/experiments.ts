// deno-lint-ignore-file camelcase -- MLflow's own names
import { TrackerError } from "../../../core/plugin/tracker.ts";
import type { MlflowClient } from "./mlflow_client.ts";
import { storable } from "./shorten.ts";
import {
  createdExperiment,
  emptyAnswer,
  experimentAnswer,
  experimentsAnswer,
  type WireExperiment,
} from "./wire.ts";

/** Most in one answer of `experiments/search` (`SEARCH_MAX_RESULTS_THRESHOLD` of MLflow's server is higher). */
const PAGE = 1000;

/** What the pages of 3.x know an experiment by; without it they guess, and ask. */
const TRAINING = [{ key: "mlflow.experimentKind", value: "custom_model_development" }];

/** The groups of runs at a server. */
export class Experiments {
  readonly #client: MlflowClient;
  readonly #names = new Map<string, string>();

  constructor(client: MlflowClient) {
    this.#client = client;
  }

  /** Id of the experiment of this name; one that is not there is made, one that was deleted comes back. */
  async provide(name: string, what: string, signal?: AbortSignal): Promise<string> {
    const title = storable(name).slice(0, 500).toWellFormed();
    // A second look: somebody else may make it in between.
    for (const last of [false, true]) {
      const found = await this.#byName(title, what, signal);
      if (found !== undefined) {
        if (found.lifecycle_stage === "deleted") await this.#restore(found, what, signal);
        return found.experiment_id;
      }
      const answer = await this.#client.ask({
        method: "POST",
        path: "/api/2.0/mlflow/experiments/create",
        body: { name: title, tags: TRAINING },
        what,
        signal,
      });
      if ("text" in answer) return this.#client.read(what, answer.text, createdExperiment).experiment_id;
      if (last || answer.refusal.code !== "RESOURCE_ALREADY_EXISTS") {
        throw this.#client.errorOf(what, answer.refusal);
      }
    }
    throw new TypeError("The second look neither returns nor throws");
  }

  /** Ids of the experiment of this name; empty if there is none. Without a name: of all that are not deleted. */
  async ids(name: string | undefined, what: string, signal?: AbortSignal): Promise<string[]> {
    if (name !== undefined) {
      const found = await this.#byName(storable(name).slice(0, 500).toWellFormed(), what, signal);
      return found === undefined ? [] : [found.experiment_id];
    }
    const ids: string[] = [];
    let token: string | undefined;
    do {
      const answer = await this.#client.call({
        method: "POST",
        path: "/experiments/search",
        body: {
          max_results: PAGE,
          view_type: "ACTIVE_ONLY",
          ...(token === undefined ? {} : { page_token: token }),
        },
        what,
        signal,
      }, experimentsAnswer);
      for (const { experiment_id: id, name: title } of answer.experiments) {
        ids.push(id);
        this.#names.set(id, title);
      }
      token = answer.next_page_token === token ? undefined : answer.next_page_token;
    } while (token !== undefined && token !== "");
    return ids;
  }

  /** Names of all that are not deleted. */
  async names(what: string, signal?: AbortSignal): Promise<string[]> {
    const ids = await this.ids(undefined, what, signal);
    return ids.flatMap((id) => this.#names.get(id) ?? []);
  }

  /** The name of an experiment. */
  async nameOf(id: string, what: string, signal?: AbortSignal): Promise<string> {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const { experiment } = await this.#client.call({
      method: "GET",
      path: "/experiments/get",
      query: { experiment_id: id },
      what,
      signal,
    }, experimentAnswer);
    this.#names.set(id, experiment.name);
    return experiment.name;
  }

  async #byName(name: string, what: string, signal?: AbortSignal): Promise<WireExperiment | undefined> {
    const answer = await this.#client.callIfThere({
      method: "GET",
      path: "/experiments/get-by-name",
      query: { experiment_name: name },
      what,
      signal,
    }, experimentAnswer);
    return answer?.experiment;
  }

  async #restore(experiment: WireExperiment, what: string, signal?: AbortSignal): Promise<void> {
    const body = { experiment_id: experiment.experiment_id };
    try {
      await this.#client.call(
        { method: "POST", path: "/experiments/restore", body, what, signal },
        emptyAnswer,
      );
    } catch (cause) {
      if (!(cause instanceof TrackerError) || cause.retryable) throw cause;
      throw new TrackerError("tracker_refused", {
        what,
        why: `the experiment ${JSON.stringify(experiment.name)} was deleted, and does not come back`,
        fix: [`restore it: \`mlflow experiments restore --experiment-id ${experiment.experiment_id}\``],
      }, { cause });
    }
  }
}
