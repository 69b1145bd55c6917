import type { PluginContext } from "../../core/plugin/context.ts";
import type { ShownRun, TrackerSubject } from "../../core/plugin/conformance/tracker.ts";
import type { EndState } from "../../core/model/run.ts";
import type { Tracker } from "../../core/plugin/tracker.ts";
import { mlflowTracker } from "../../plugins/trackers/mlflow/mod.ts";
import { RecordingProxy } from "./recording_proxy.ts";

/** A server of MLflow, and who may do anything there if it asks. */
export interface MlflowService {
  readonly uri: string;
  readonly user?: string;
  readonly password?: string;
}

/** The value of a variable that `deno task services up mlflow` tells. */
export function mlflowVariable(name: string): string {
  const value = Deno.env.get(name);
  if (value === undefined) throw new Error(`${name} is not set; \`deno task services up mlflow\` tells it`);
  return value;
}

/** A context whose variables are these and nothing else. */
export function mlflowContext(
  variables: Readonly<Record<string, string>> = {},
  log: PluginContext["log"] = () => {},
): PluginContext {
  return {
    signal: new AbortController().signal,
    now: () => new Date(),
    variable: (name) => variables[name],
    log,
    dataDirectory: "/nowhere",
  };
}

/** An experiment of its own at a real server, as the contract's clauses want it. */
export async function mlflowSubject(service: MlflowService): Promise<TrackerSubject & AsyncDisposable> {
  const proxy = new RecordingProxy(service.uri);
  const experiment = `conformance-${crypto.randomUUID()}`;
  const variables: Record<string, string> = service.user === undefined
    ? { MLFLOW_TRACKING_TOKEN: "token-that-is-secret" }
    : { MLFLOW_TRACKING_USERNAME: service.user, MLFLOW_TRACKING_PASSWORD: service.password! };
  const logged: string[] = [];
  const open = (other: Readonly<Record<string, string>> = {}) =>
    mlflowTracker.open(
      { uri: proxy.url, experiment, timeout_seconds: 60 },
      mlflowContext(
        { ...variables, ...other },
        (event, fields) => logged.push(event, JSON.stringify(fields)),
      ),
    );
  const tracker: Tracker = await open();
  return {
    tracker,
    show: (run) => showMlflowRun(service, run),
    reopen: () => open(),
    ...(service.user === undefined
      ? {}
      : { denied: () => open({ MLFLOW_TRACKING_PASSWORD: `${service.password}-wrong` }) }),
    outage: async () => {
      await proxy.away();
      return { end: () => Promise.resolve(proxy.back()) };
    },
    secrets: [service.password ?? "token-that-is-secret"],
    sent: () => `${proxy.sent}\n${logged.join("\n")}`,
    [Symbol.asyncDispose]: async () => {
      await tracker[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

const STATES: Readonly<Record<string, EndState>> = {
  FINISHED: "succeeded",
  FAILED: "failed",
  KILLED: "aborted",
};

/** Requests to a server without the plugin. */
export async function askMlflow(
  service: MlflowService,
  path: string,
  body?: unknown,
  // deno-lint-ignore no-explicit-any -- what a test reads of an answer is what it checks
): Promise<any> {
  const response = await fetch(`${service.uri}${path}`, {
    headers: {
      "content-type": "application/json",
      ...(service.user === undefined
        ? {}
        : { authorization: `Basic ${btoa(`${service.user}:${service.password}`)}` }),
    },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return path.startsWith("/api/") ? JSON.parse(text) : text;
}

/** The runs that the server has under a tag, as the REST API shows them. */
// deno-lint-ignore no-explicit-any -- as above
export async function runsTagged(service: MlflowService, key: string, value: string): Promise<any[]> {
  const { experiments } = await askMlflow(service, "/api/2.0/mlflow/experiments/search", {
    max_results: 50_000,
  });
  const { runs = [] } = await askMlflow(service, "/api/2.0/mlflow/runs/search", {
    // deno-lint-ignore no-explicit-any -- as above
    experiment_ids: experiments.map((one: any) => one.experiment_id),
    filter: `tags.\`${key}\` = '${value}'`,
    run_view_type: "ACTIVE_ONLY",
  });
  return runs;
}

/** What MLflow shows of a run, read by its REST API without the plugin. */
export async function showMlflowRun(service: MlflowService, id: string): Promise<ShownRun> {
  const runs = await runsTagged(service, "aero.run", id);
  if (runs.length !== 1) throw new Error(`${runs.length} runs have the tag aero.run = ${id}`);
  const { info, data, inputs } = runs[0];
  const table = (pairs: { key: string; value?: string }[] = []) =>
    Object.fromEntries(pairs.map(({ key, value = "" }) => [key, value]));
  const tags = table(data.tags);
  const points: Record<string, { step: number; value: number }[]> = {};
  for (const { key } of data.metrics ?? []) points[key] = await history(service, info.run_id, key);
  const files = await filesOf(service, info.run_id, "");
  const logs = files.filter((path) => path.startsWith("logs/")).sort();
  let text = "";
  for (const path of logs) {
    text += await askMlflow(service, `/get-artifact?run_id=${info.run_id}&path=${encodeURIComponent(path)}`);
  }
  return {
    state: STATES[info.status] ?? "running",
    params: table(data.params),
    points,
    tags: Object.entries(tags).map(([key, value]) => ["true", ""].includes(value) ? key : `${key}=${value}`),
    ...(tags["mlflow.note.content"] === undefined ? {} : { note: tags["mlflow.note.content"] }),
    outputs: files.filter((path) => path.startsWith("outputs/")),
    // deno-lint-ignore no-explicit-any -- as above
    inputs: (inputs?.dataset_inputs ?? []).map((input: any) => input.dataset.name),
    text,
    commit: tags["mlflow.source.git.commit"],
    image: tags["mlflow.docker.image.id"],
  } as ShownRun;
}

async function history(service: MlflowService, run: string, key: string) {
  const found: { step: number; value: number; timestamp: number }[] = [];
  let token = "";
  do {
    const query = new URLSearchParams({
      run_id: run,
      metric_key: key,
      max_results: "25000",
      page_token: token,
    });
    if (token === "") query.delete("page_token");
    const answer = await askMlflow(service, `/api/2.0/mlflow/metrics/get-history?${query}`);
    // deno-lint-ignore no-explicit-any -- as above
    found.push(...(answer.metrics ?? []).map((one: any) => ({
      step: Number(one.step ?? 0),
      timestamp: Number(one.timestamp),
      value: Math.abs(Number(one.value)) === Number.MAX_VALUE
        ? Infinity * Number(one.value)
        : Number(one.value),
    })));
    token = answer.next_page_token ?? "";
  } while (token !== "");
  return found.sort((a, b) => a.timestamp - b.timestamp).map(({ step, value }) => ({ step, value }));
}

async function filesOf(service: MlflowService, run: string, directory: string): Promise<string[]> {
  const query = new URLSearchParams({ run_id: run, path: directory });
  const { files = [] } = await askMlflow(service, `/api/2.0/mlflow/artifacts/list?${query}`);
  const all: string[] = [];
  for (const file of files) {
    if (file.is_dir) all.push(...await filesOf(service, run, file.path));
    else all.push(file.path);
  }
  return all;
}
