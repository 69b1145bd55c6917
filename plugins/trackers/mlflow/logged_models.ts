// deno-lint-ignore-file camelcase -- MLflow's own names
import type { MlflowClient } from "./mlflow_client.ts";
import { escapeName } from "./names.ts";
import { getRun, type Step } from "./run_lookup.ts";
import type { SentRun } from "./sent_run.ts";
import { MOST_TAG, shorten } from "./shorten.ts";
import { emptyAnswer, modelAnswer, modelsAnswer } from "./wire.ts";

/** A logged model that points to an output. */
export interface OutputModel {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Makes an output a logged model of its run, at servers that know such (3.x). Again is the same as once. */
export async function provideModel(
  client: MlflowClient,
  run: SentRun,
  { name, tags }: OutputModel,
  step: Step,
): Promise<void> {
  const major = Number((await client.version(step.signal))?.split(".")[0]);
  if (!(major >= 3)) return;
  // The names of models have none of these: `/ : . % " '` (utils/validation.py of 3.x).
  const title = escapeName(name).replaceAll(/[/.]/g, "_");
  const id = await findModel(client, run, title, step) ?? await makeModel(client, run, title, tags, step);
  const linked = await getRun(client, run.id, step);
  if (linked?.outputs.model_outputs.some(({ model_id: other }) => other === id)) return;
  const body = { run_id: run.id, models: [{ model_id: id, step: "0" }] };
  await client.call({ method: "POST", path: "/runs/outputs", body, ...step }, emptyAnswer);
}

async function findModel(
  client: MlflowClient,
  run: SentRun,
  title: string,
  step: Step,
): Promise<string | undefined> {
  const { models } = await client.call({
    method: "POST",
    path: "/logged-models/search",
    body: { experiment_ids: [run.experiment], filter: `source_run_id = '${run.id}'`, max_results: 50 },
    ...step,
  }, modelsAnswer);
  const found = models.find(({ info }) => info.name === title);
  if (found === undefined) return undefined;
  await makeReady(client, found.info.model_id, step);
  return found.info.model_id;
}

async function makeModel(
  client: MlflowClient,
  run: SentRun,
  title: string,
  tags: OutputModel["tags"],
  step: Step,
): Promise<string> {
  const { model } = await client.call({
    method: "POST",
    path: "/logged-models",
    body: {
      experiment_id: run.experiment,
      name: title,
      source_run_id: run.id,
      tags: Object.entries(tags).map(([key, value]) => ({
        key,
        value: shorten(value, MOST_TAG, "the run's record"),
      })),
    },
    ...step,
  }, modelAnswer);
  await makeReady(client, model.info.model_id, step);
  return model.info.model_id;
}

async function makeReady(client: MlflowClient, id: string, step: Step): Promise<void> {
  const body = { model_id: id, status: "LOGGED_MODEL_READY" };
  await client.call(
    { method: "PATCH", path: `/logged-models/${encodeURIComponent(id)}`, body, ...step },
    emptyAnswer,
  );
}
