import {
  checkActive,
  checkParams,
  deleteTag,
  logDatasets,
  logMetrics,
  logParams,
  setTags,
} from "./log_data.ts";
import type { Message } from "./message.ts";
import { readMetric } from "./metric_values.ts";
import { type ProgramRun, RUN_STATUSES, type RunStatus } from "./program_run.ts";
import { invalid } from "./refusal.ts";
import { searchRuns } from "./search_runs.ts";
import type { Routes, Serving } from "./serving.ts";
import { NAME_TAG } from "./told_facts.ts";
import { readDataset, readEntries, wireRun, wireRunInfo } from "./wire.ts";

/** Tag in which clients before 3.x list the models of a run. */
const MODELS_TAG = "mlflow.log-model.history";

/** Runs, and what is logged to them. */
export const RUN_ROUTES: Routes = {
  "POST runs/create": createRun,
  "GET runs/get": ({ book }, message) => ({ run: wireRun(wanted(book, message)) }),
  "POST runs/update": updateRun,
  "POST runs/search": searchRuns,
  "POST runs/delete": ({ book }, message) => {
    wanted(book, message).lifecycle = "deleted";
    return {};
  },
  "POST runs/restore": ({ book }, message) => {
    wanted(book, message).lifecycle = "active";
    return {};
  },
  "POST runs/log-parameter": (serving, message) => {
    const run = writable(serving.book, message);
    const params = [[message.wantedText("key"), message.text("value") ?? ""]] as const;
    checkParams(run, params);
    logParams(serving, run, params);
    return {};
  },
  "POST runs/log-metric": (serving, message) => {
    logMetrics(serving, writable(serving.book, message), [readMetric(message, serving.now())]);
    return {};
  },
  "POST runs/log-batch": (serving, message) => {
    const run = writable(serving.book, message);
    const params = readEntries(message.messages("params"));
    const metrics = message.messages("metrics").map((metric) => readMetric(metric, serving.now()));
    const tags = readEntries(message.messages("tags"));
    checkParams(run, params);
    logParams(serving, run, params);
    logMetrics(serving, run, metrics);
    setTags(serving, run, tags);
    return {};
  },
  "POST runs/set-tag": (serving, message) => {
    const run = writable(serving.book, message);
    setTags(serving, run, [[message.wantedText("key"), message.text("value") ?? ""]]);
    return {};
  },
  "POST runs/delete-tag": (serving, message) => {
    deleteTag(serving, writable(serving.book, message), message.wantedText("key"));
    return {};
  },
  "POST runs/log-inputs": (serving, message) => {
    const run = writable(serving.book, message);
    const datasets = message.messages("datasets").map(readDataset);
    const models = message.messages("models").map((model) => model.wantedText("model_id"));
    logDatasets(serving, run, datasets);
    for (const id of models) {
      if (!run.modelInputs.has(id)) serving.book.room.take(id);
      run.modelInputs.add(id);
    }
    return {};
  },
  "POST runs/outputs": ({ book }, message) => {
    const run = writable(book, message);
    const models = message.messages("models")
      .map((model) => ({ modelId: model.wantedText("model_id"), step: model.integer("step") ?? 0 }));
    for (const { modelId } of models) book.room.take(modelId);
    run.modelOutputs.push(...models);
    return {};
  },
  "POST runs/log-model": (serving, message) => {
    const run = writable(serving.book, message);
    const said = message.wantedText("model_json");
    // A list is grown as text: it is only ever read back whole.
    const old = run.tags.get(MODELS_TAG);
    setTags(serving, run, [[MODELS_TAG, old?.endsWith("]") ? `${old.slice(0, -1)}, ${said}]` : `[${said}]`]]);
    return {};
  },
};

function idOf(message: Message): string {
  return message.text("run_id") || message.wantedText("run_uuid");
}

function wanted(book: Serving["book"], message: Message): ProgramRun {
  return book.run(idOf(message));
}

function writable(book: Serving["book"], message: Message): ProgramRun {
  const run = wanted(book, message);
  checkActive(run);
  return run;
}

function createRun(serving: Serving, message: Message) {
  const { book, now } = serving;
  const tags = readEntries(message.messages("tags"));
  const said = message.text("run_name") || new Map(tags).get(NAME_TAG);
  const experiment = book.experiments.get(message.text("experiment_id") || "0");
  if (experiment.lifecycle !== "active") throw invalid(`The experiment ${experiment.id} is deleted`);
  const startedAt = message.integer("start_time") ?? now();
  const run = book.createRun({ name: said, experiment: experiment.id, startedAt });
  // Beside the main run, the name is that of all it logs already.
  const named = said !== undefined && run.isMain;
  setTags(serving, run, [
    ...tags.filter(([key]) => key !== NAME_TAG),
    ...(named ? [[NAME_TAG, said] as const] : []),
  ]);
  return { run: wireRun(run) };
}

function updateRun(serving: Serving, message: Message) {
  const run = writable(serving.book, message);
  const status = message.text("status");
  const name = message.text("run_name");
  const endedAt = message.integer("end_time");
  if (status !== undefined) run.status = readStatus(status);
  if (endedAt !== undefined) run.endedAt = endedAt;
  if (name) setTags(serving, run, [[NAME_TAG, name]]);
  return { run_info: wireRunInfo(run) };
}

function readStatus(text: string): RunStatus {
  const status = RUN_STATUSES.find((known) => known === text);
  if (status === undefined) {
    throw invalid(
      `Invalid run status '${text.slice(0, 100).toWellFormed()}': it is to be one of ${
        RUN_STATUSES.join(", ")
      }`,
    );
  }
  return status;
}
