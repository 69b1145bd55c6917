// deno-lint-ignore-file camelcase -- MLflow's own names
import { createHash } from "node:crypto";
import { digestHex } from "../../../core/model/digest.ts";
import type { TrackedStart } from "../../../core/plugin/tracker.ts";
import type { Experiments } from "./experiments.ts";
import { flattenParams } from "./flatten_params.ts";
import { logBatch } from "./log_batch.ts";
import type { MlflowClient } from "./mlflow_client.ts";
import type { RunFiles } from "./run_files.ts";
import { longestParam } from "./param_limit.ts";
import { findByTag, makeRun, type Step } from "./run_lookup.ts";
import { startTags, TAG } from "./run_tags.ts";
import { type SentRun, sentRun } from "./sent_run.ts";
import { shorten, storable } from "./shorten.ts";
import { DOCUMENT_FILE, documentTags } from "./version_document.ts";
import { emptyAnswer } from "./wire.ts";

/** What a tracker works with. */
export interface Parts {
  readonly client: MlflowClient;
  readonly experiments: Experiments;
  readonly files: RunFiles;
  /** The experiment of the config; absent: that of each run's project. */
  readonly experiment?: string;
}

/** The run of a beginning: made, unless an earlier try made it. */
export async function provideRun(parts: Parts, started: TrackedStart, step: Step): Promise<SentRun> {
  const { start } = started;
  const name = parts.experiment ?? start.project;
  const experiment = await parts.experiments.provide(name, step.what, step.signal);
  const found = await findByTag(parts.client, [experiment], TAG.run, start.run, step);
  const run = found ?? await makeRun(
    parts.client,
    {
      experiment,
      name: shorten(`${start.stage}-${start.run.slice(0, 8)}`, 250, "the run's record"),
      startedAt: start.startedAt,
      tags: startTags(started),
    },
    TAG.run,
    start.run,
    step,
  );
  return sentRun(run);
}

/** Sends what a run begins with: its version's document, params and inputs. Again is the same as once. */
export async function beginRun(parts: Parts, run: SentRun, started: TrackedStart, step: Step): Promise<void> {
  const { client } = parts;
  const document = new TextEncoder().encode(started.versionDocument);
  const refused = await parts.files.write(run, DOCUMENT_FILE, document, step);
  if (refused !== undefined) run.noFiles = refused;
  const params = flattenParams(started.version.params, await longestParam(client, step));
  await logBatch(
    client,
    run.id,
    {
      params,
      tags: [
        ...documentTags(started.versionDocument, refused !== undefined),
        ...(refused === undefined
          ? []
          : [{ key: TAG.noFiles, value: shorten(refused, 500, "the server's log") }]),
      ],
    },
    step.what,
    step.signal,
  );
  for (const { key, value } of params) run.params.set(key, value);
  const datasets = datasetsOf(started);
  if (datasets.length === 0) return;
  const body = { run_id: run.id, datasets };
  await client.call({ method: "POST", path: "/runs/log-inputs", body, ...step }, emptyAnswer);
}

/**
 * Inputs as datasets. Those of one name and digest are one row in an experiment, and its first source stays: so the
 * digest says all that the source says.
 */
function datasetsOf({ start, version, storage }: TrackedStart) {
  return Object.entries(version.inputs).map(([name, { artifact, digest }]) => {
    const { label, manifest } = start.inputs[name] ?? {};
    const source = JSON.stringify({
      uri: storage,
      artifact,
      ...(label === undefined ? {} : { label }),
      digest,
      ...(manifest === undefined ? {} : { manifest_size: manifest.size }),
    });
    // 36 characters are all that there is room for, and a digest has 64: the first of the data's own name it best.
    const own = createHash("sha256").update(source).digest("hex").slice(0, 4);
    return {
      tags: [{ key: "mlflow.data.context", value: storable(name).slice(0, 500).toWellFormed() }],
      dataset: {
        name: storable(artifact).slice(0, 500).toWellFormed(),
        digest: digestHex(digest).slice(0, 32) + own,
        source_type: "aero",
        source,
      },
    };
  });
}
