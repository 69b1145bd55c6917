// deno-lint-ignore-file camelcase -- MLflow's own names
import * as z from "zod";

/** 64-bit numbers: some servers print them as text. */
const integer = z.union([z.number(), z.string().transform(Number)]);
const pair = z.object({ key: z.string(), value: z.string().default("") });

/** A value of a metric. `NaN` comes as text, and infinities too, or as the largest finite number. */
const wirePoint = z.object({
  key: z.string(),
  value: z.union([z.number(), z.string().transform(Number)]).default(0),
  timestamp: integer.default(0),
  step: integer.default(0),
});

const dataset = z.object({
  name: z.string().default(""),
  digest: z.string().default(""),
  source_type: z.string().default(""),
  source: z.string().default(""),
});

/** A run; what is empty is absent in answers. */
export const wireRun = z.object({
  info: z.object({
    run_id: z.string(),
    experiment_id: z.string(),
    run_name: z.string().default(""),
    user_id: z.string().default(""),
    status: z.string().default("RUNNING"),
    start_time: integer.default(0),
    end_time: integer.exactOptional(),
    artifact_uri: z.string().default(""),
    lifecycle_stage: z.string().default("active"),
  }),
  data: z.object({
    params: z.array(pair).default([]),
    tags: z.array(pair).default([]),
    metrics: z.array(wirePoint).default([]),
  }).default({ params: [], tags: [], metrics: [] }),
  inputs: z.object({
    dataset_inputs: z.array(z.object({ dataset: dataset.exactOptional() })).default([]),
  }).default({ dataset_inputs: [] }),
  outputs: z.object({
    model_outputs: z.array(z.object({ model_id: z.string() })).default([]),
  }).default({ model_outputs: [] }),
});

/** What {@link wireRun} reads. */
export type WireRun = z.infer<typeof wireRun>;

const next_page_token = z.string().exactOptional();

/** Answer of `runs/create` and `runs/get`. */
export const runAnswer = z.object({ run: wireRun });
/** Answer of `runs/search`. */
export const runsAnswer = z.object({ runs: z.array(wireRun).default([]), next_page_token });
/** Answer of `metrics/get-history`. */
export const historyAnswer = z.object({ metrics: z.array(wirePoint).default([]), next_page_token });
/** Answer of `artifacts/list`. */
export const filesAnswer = z.object({
  files: z.array(z.object({
    path: z.string(),
    is_dir: z.boolean().default(false),
    file_size: integer.exactOptional(),
  })).default([]),
  next_page_token,
});

const experiment = z.object({
  experiment_id: z.string(),
  name: z.string().default(""),
  lifecycle_stage: z.string().default("active"),
});
/** An experiment. */
export type WireExperiment = z.infer<typeof experiment>;
/** Answer of `experiments/get` and `experiments/get-by-name`. */
export const experimentAnswer = z.object({ experiment });
/** Answer of `experiments/create`. */
export const createdExperiment = z.object({ experiment_id: z.string() });
/** Answer of `experiments/search`. */
export const experimentsAnswer = z.object({ experiments: z.array(experiment).default([]), next_page_token });

const model = z.object({
  info: z.object({ model_id: z.string(), name: z.string().default(""), status: z.string().default("") }),
});
/** Answer of `logged-models`. */
export const modelAnswer = z.object({ model });
/** Answer of `logged-models/search`. */
export const modelsAnswer = z.object({ models: z.array(model).default([]), next_page_token });
/** Answer of whatever says nothing. */
export const emptyAnswer = z.looseObject({});

/** Tags as a table; the first of a key counts. */
export function tagsOf(run: WireRun): ReadonlyMap<string, string> {
  return new Map(run.data.tags.map(({ key, value }) => [key, value]));
}
