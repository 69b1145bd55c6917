import { type ForeignFile, TrackerError } from "../../../core/plugin/tracker.ts";
import type { Refusal } from "./failure.ts";
import type { MlflowClient } from "./mlflow_client.ts";
import type { Step } from "./run_lookup.ts";
import { filesAnswer } from "./wire.ts";

/** The files of runs, by way of the server: it knows the keys to where they lie. */
export class RunFiles {
  readonly #client: MlflowClient;

  constructor(client: MlflowClient) {
    this.#client = client;
  }

  /**
   * Writes a file, whole; one that is there is replaced.
   *
   * @param bytes At least one, at most 10 MB.
   * @param artifactUri Where the run's files lie, as the server tells it.
   * @returns Why the server keeps no files, as far as it can be told from one answer; `undefined` if it was kept.
   */
  async write(
    run: { readonly id: string; readonly artifactUri: string },
    path: string,
    bytes: Uint8Array,
    step: Step,
  ): Promise<string | undefined> {
    const answer = await this.#client.ask({
      method: "POST",
      path: "/ajax-api/2.0/mlflow/upload-artifact",
      query: { run_uuid: run.id, path },
      body: bytes,
      ...step,
    });
    if ("text" in answer) return undefined;
    const missing = [404, 405].includes(answer.refusal.status) &&
      answer.refusal.code !== "RESOURCE_DOES_NOT_EXIST";
    const proxied = /^mlflow-artifacts:\/(?!\/)/.test(run.artifactUri)
      ? new URL(run.artifactUri).pathname
      : undefined;
    if (!missing || proxied === undefined) return this.#refused(answer.refusal, step);
    const below = `${proxied}/${path}`.split("/").map(encodeURIComponent).join("/");
    const second = await this.#client.ask({
      method: "PUT",
      path: `/api/2.0/mlflow-artifacts/artifacts${below}`,
      body: bytes,
      ...step,
    });
    return "text" in second ? undefined : this.#refused(second.refusal, step);
  }

  /** A file; `undefined` if there is none. Servers of 2.x answer 500 for one that is absent: then it is looked for. */
  async read(id: string, path: string, step: Step): Promise<ReadableStream<Uint8Array> | undefined> {
    const body = await this.#client.download({
      method: "GET",
      path: "/get-artifact",
      query: { run_id: id, path },
      ...step,
    });
    if (body instanceof ReadableStream) return body;
    if (body.code === "RESOURCE_DOES_NOT_EXIST" || body.status === 404) return undefined;
    if (body.status >= 500) {
      const directory = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
      let there = false;
      for await (const file of this.#listed(id, directory, step)) there ||= file.path === path;
      if (!there) return undefined;
    }
    throw this.#client.errorOf(step.what, body);
  }

  /** All files of a run, directory by directory. */
  async *list(id: string, step: Step, directory = ""): AsyncGenerator<ForeignFile> {
    for await (const { path, is_dir: isDirectory, file_size: size } of this.#listed(id, directory, step)) {
      if (isDirectory) yield* this.list(id, step, path);
      else yield { path, ...(size === undefined ? {} : { size }) };
    }
  }

  async *#listed(id: string, directory: string, step: Step) {
    let token: string | undefined;
    do {
      const answer = await this.#client.call({
        method: "GET",
        path: "/artifacts/list",
        query: {
          run_id: id,
          ...(directory === "" ? {} : { path: directory }),
          ...(token === undefined ? {} : { page_token: token }),
        },
        ...step,
      }, filesAnswer);
      // A directory that lists itself would be walked for ever.
      yield* answer.files.filter(({ path }) => path !== directory);
      token = answer.next_page_token === token ? undefined : answer.next_page_token;
    } while (token !== undefined && token !== "");
  }

  /** Why files are not kept; what may pass, and what is about rights, is thrown. */
  #refused(refusal: Refusal, { what }: Step): string {
    const error = this.#client.errorOf(what, refusal);
    const lasts = refusal.status === 500 || /serve-artifacts/.test(refusal.text);
    if (error.code === "tracker_unavailable" && !lasts) throw error;
    if (refusal.status === 401 || refusal.code === "RESOURCE_DOES_NOT_EXIST") throw error;
    return error.report.why ?? `it answered ${refusal.status}`;
  }
}

/** A file that must be there is not. */
export function fileMissing(id: string, path: string, what: string): TrackerError {
  return new TrackerError("tracked_run_not_found", {
    what,
    why: `the run ${id} has no file ${JSON.stringify(path)}`,
  });
}
