import * as z from "zod";
import { isJsonObject } from "../../../core/model/json.ts";
import type { CallOptions, Connection } from "./connection.ts";
import { STEP_COLUMN } from "./history_rows.ts";
import { fromHistoryName } from "./metric_names.ts";
import { UPSERT } from "./queries.ts";
import type { SentRun } from "./sent_run.ts";

// In a metric's definition: 1 its name, 5 the place of its step metric in the list, 6: [3] that it was defined.
const DEFINED = { "6": [3] };

/**
 * Says that a run's metrics are drawn over the program's own step, for runs in which W&B's step is another.
 *
 * @returns The run with its config; the same if nothing was to be said.
 */
export async function defineSteps(
  connection: Connection,
  sent: SentRun,
  options: CallOptions,
): Promise<SentRun> {
  if (!sent.progress.moved) return sent;
  const names = Object.keys(sent.summary).filter((name) => fromHistoryName(name) !== undefined).sort();
  const config = withDefinitions(sent.config, names);
  if (config === undefined || config === sent.config) return sent;
  const { entity, project, run: name } = sent.path;
  const variables = { id: sent.storageId, entity, project, name, config };
  await connection.ask(UPSERT, variables, z.looseObject({}), options);
  return { ...sent, config };
}

/** The config with the definitions; `undefined` if it cannot be read. */
function withDefinitions(text: string, names: readonly string[]): string | undefined {
  const config = readObject(text);
  const internal = isJsonObject(config?._wandb) ? config._wandb.value : undefined;
  if (config === undefined || !isJsonObject(internal)) return undefined;
  const m = [{ "1": STEP_COLUMN, ...DEFINED }, ...names.map((name) => ({ "1": name, "5": 1, ...DEFINED }))];
  return JSON.stringify({ ...config, _wandb: { value: { ...internal, m } } });
}

function readObject(text: string) {
  try {
    const value = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    // A config with bare words is somebody else's: not written again.
    return undefined;
  }
}
