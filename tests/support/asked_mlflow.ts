import assert from "node:assert/strict";
import { mlflowApi } from "../../plugins/program_apis/mlflow/mod.ts";
import { KeptLog } from "./mlflow_program.ts";
import { mlflowContext } from "./mlflow_subject.ts";

/** Below which the tracking part is. */
export const API = "/api/2.0/mlflow";
/** Below which artifacts are. */
export const FILES = "/api/2.0/mlflow-artifacts/artifacts";

// deno-lint-ignore no-explicit-any -- what a test reads of an answer is what it checks
export type Answer = any;

/** The API of one run, asked as clients ask it. */
export class AskedMlflow implements AsyncDisposable {
  private constructor(readonly log: KeptLog, readonly api: Awaited<ReturnType<typeof mlflowApi.open>>) {}

  static async open(): Promise<AskedMlflow> {
    const log = await KeptLog.make();
    return new AskedMlflow(log, await mlflowApi.open(log, mlflowContext()));
  }

  send(method: string, path: string, body?: BodyInit): Promise<Response> {
    return this.api.handle(
      new Request(`http://run${path}`, { method, ...(body === undefined ? {} : { body }) }),
    );
  }

  async get(path: string): Promise<Answer> {
    return await this.#taken(await this.send("GET", path));
  }

  async post(path: string, message: unknown, method = "POST"): Promise<Answer> {
    return await this.#taken(await this.send(method, `${API}/${path}`, JSON.stringify(message)));
  }

  async put(path: string, text: string): Promise<void> {
    await this.#taken(await this.send("PUT", `${FILES}/${path}`, text));
  }

  /** Begins a run and gives its id. */
  async begin(fields: Record<string, unknown> = {}): Promise<string> {
    return (await this.post("runs/create", { experiment_id: "0", start_time: 1, ...fields })).run.info.run_id;
  }

  /** Names of the artifacts at the top of a run, or in one of its directories. */
  async list(run: string, path = ""): Promise<string[]> {
    const { files } = await this.get(`${API}/artifacts/list?run_id=${run}&path=${encodeURIComponent(path)}`);
    return files.map((file: Answer) => file.path);
  }

  async #taken(response: Response): Promise<Answer> {
    const answer = await response.json();
    assert.equal(response.status, 200, JSON.stringify(answer));
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.api[Symbol.asyncDispose]();
    await this.log[Symbol.asyncDispose]();
  }
}
