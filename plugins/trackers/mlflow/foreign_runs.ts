import {
  type ForeignFile,
  type ForeignPoint,
  type ForeignQuery,
  type ForeignRun,
  TrackerError,
} from "../../../core/plugin/tracker.ts";
import { groupMissing } from "../../../core/plugin/group_missing.ts";
import type { Parts } from "./begin_run.ts";
import { isOwnDevice, toForeignPoint, toForeignRun } from "./read_run.ts";
import { fileMissing } from "./run_files.ts";
import { findByBeginning, getRun, isBeginning, type Step } from "./run_lookup.ts";
import { readDocument } from "./version_document.ts";
import { historyAnswer, runsAnswer, type WireRun } from "./wire.ts";

/** Values in one answer; what MLflow's own client asks for. Without a number servers from 3.4 on answer with none. */
const POINTS_A_PAGE = 25_000;
const RUNS_A_PAGE = 200;

/** Runs of a server, whoever made them. */
export class ForeignRuns {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async find(id: string, step: Step): Promise<ForeignRun> {
    return await this.#foreign(await this.#get(id, step, true), step);
  }

  async document(id: string, step: Step): Promise<string | undefined> {
    return await readDocument(this.#parts.files, await this.#get(id, step), step);
  }

  /** Newest first. Rows shift when runs are added meanwhile: one that comes twice is passed over. */
  async *list({ group, all, limit = Infinity }: ForeignQuery, step: Step): AsyncGenerator<ForeignRun> {
    const { client, experiments, experiment } = this.#parts;
    const asked = all === true ? undefined : group ?? experiment;
    const ids = await experiments.ids(asked, step.what, step.signal);
    if (ids.length === 0 && group !== undefined) {
      const why = `${client.base} has no experiment ${JSON.stringify(group)}`;
      throw groupMissing(group, why, await experiments.names(step.what, step.signal));
    }
    if (ids.length === 0 || limit <= 0) return;
    const seen = new Set<string>();
    let left = limit;
    let token: string | undefined;
    do {
      const answer = await client.call({
        method: "POST",
        path: "/runs/search",
        body: {
          experiment_ids: ids,
          run_view_type: "ACTIVE_ONLY",
          order_by: ["attributes.start_time DESC"],
          max_results: RUNS_A_PAGE,
          ...(token === undefined ? {} : { page_token: token }),
        },
        ...step,
      }, runsAnswer);
      for (const run of answer.runs) {
        if (isOwnDevice(run) || seen.has(run.info.run_id)) continue;
        seen.add(run.info.run_id);
        yield await this.#foreign(run, step);
        if (--left <= 0) return;
      }
      token = answer.next_page_token === token ? undefined : answer.next_page_token;
    } while (token !== undefined && token !== "");
  }

  async *points(id: string, step: Step): AsyncGenerator<ForeignPoint> {
    const run = await this.#get(id, step);
    const toPoint = toForeignPoint(run);
    for (const { key } of run.data.metrics) {
      let token: string | undefined;
      do {
        const answer = await this.#parts.client.call({
          method: "GET",
          path: "/metrics/get-history",
          query: {
            run_id: id,
            metric_key: key,
            max_results: String(POINTS_A_PAGE),
            ...(token === undefined ? {} : { page_token: token }),
          },
          ...step,
        }, historyAnswer);
        // Servers before 3.4 give all at once, in the order of their database.
        const ordered = answer.metrics.toSorted((a, b) => a.timestamp - b.timestamp || a.step - b.step);
        for (const point of ordered) yield toPoint(point);
        token = answer.next_page_token === token ? undefined : answer.next_page_token;
      } while (token !== undefined && token !== "");
    }
  }

  async *files(id: string, step: Step): AsyncGenerator<ForeignFile> {
    await this.#get(id, step);
    yield* this.#parts.files.list(id, step);
  }

  async readFile(id: string, path: string, step: Step): Promise<ReadableStream<Uint8Array>> {
    await this.#get(id, step);
    const body = await this.#parts.files.read(id, path, step);
    if (body === undefined) throw fileMissing(id, path, step.what);
    return body;
  }

  async #begunBy(id: string, step: Step): Promise<readonly WireRun[]> {
    const { client, experiments } = this.#parts;
    return await findByBeginning(client, await experiments.ids(undefined, step.what, step.signal), id, step);
  }

  async #foreign(run: WireRun, step: Step): Promise<ForeignRun> {
    const { client, experiments } = this.#parts;
    const group = await experiments.nameOf(run.info.experiment_id, step.what, step.signal);
    return toForeignRun(run, group, client.base);
  }

  /**
   * @param begun Whether `id` may be the beginning of one.
   * @throws {TrackerError} `tracked_run_not_found`, `tracker_id_invalid`.
   */
  async #get(id: string, step: Step, begun = false): Promise<WireRun> {
    // As the server checks it (utils/validation.py).
    if (!/^[a-zA-Z0-9][\w-]{0,255}$/.test(id)) {
      throw new TrackerError("tracker_id_invalid", {
        what: step.what,
        why: "an id of MLflow has letters, digits, dashes and underscores",
      });
    }
    const run = await getRun(this.#parts.client, id, step);
    if (run !== undefined) return run;
    if (begun && isBeginning(id)) {
      const [first, second] = await this.#begunBy(id, step);
      if (second !== undefined) {
        throw new TrackerError("tracker_id_invalid", {
          what: step.what,
          why: `several runs of ${this.#parts.client.base} have ids that begin so`,
          fix: ["write more of the id"],
        });
      }
      if (first !== undefined) return first;
    }
    throw new TrackerError("tracked_run_not_found", {
      what: step.what,
      why: `${this.#parts.client.base} has no run of this id`,
    });
  }
}
