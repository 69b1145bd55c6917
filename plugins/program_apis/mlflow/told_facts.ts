import { isJsonObject } from "../../../core/model/json.ts";
import type { LoggedFacts, LoggedInput } from "../../../core/model/logged.ts";
import type { DatasetInput, ProgramRun } from "./program_run.ts";

/** MLflow's tag that is a run's description. */
const NOTE_TAG = "mlflow.note.content";

/** MLflow's tag that is a run's name. */
export const NAME_TAG = "mlflow.runName";

/**
 * Tags of MLflow's own that a person wants to see, and what they are called then. All its others say what aero records
 * itself, better (user, source, commit, image), or are for MLflow's own pages.
 */
const KEPT: Readonly<Record<string, string>> = {
  [NAME_TAG]: "run_name",
  "mlflow.autologging": "autologging",
};

/** What is told of params that `run` has got. */
export function toldParams(run: ProgramRun, params: ReadonlyMap<string, string>): LoggedFacts | undefined {
  if (params.size === 0) return undefined;
  return { params: Object.fromEntries([...params].map(([key, value]) => [run.told(key), value])) };
}

/** What is told of tags that `run` has got, or with null lost. The first run's description is the note. */
export function toldTags(run: ProgramRun, tags: ReadonlyMap<string, string | null>): LoggedFacts | undefined {
  const told: [string, string | null][] = [];
  let note: string | undefined;
  for (const [key, value] of tags) {
    if (key === NOTE_TAG && run.isMain) note = value ?? "";
    else if (key === NOTE_TAG) told.push([run.told("note"), value]);
    else if (Object.hasOwn(KEPT, key)) told.push([run.told(KEPT[key]!), value]);
    else if (!key.startsWith("mlflow.")) told.push([run.told(key), value]);
  }
  if (told.length === 0 && note === undefined) return undefined;
  return {
    ...(told.length === 0 ? {} : { tags: Object.fromEntries(told) }),
    ...(note === undefined ? {} : { note }),
  };
}

/** What is told of data that a run said it read. */
export function toldInputs(datasets: readonly DatasetInput[]): LoggedFacts | undefined {
  return datasets.length === 0 ? undefined : { inputs: datasets.map(toldInput) };
}

function toldInput({ name, digest, source }: DatasetInput): LoggedInput {
  const url = addressIn(source);
  return { name, ...(url === undefined ? {} : { url }), ...(digest === "" ? {} : { digest }) };
}

/** The address in MLflow's description of a source, which each kind of source has under a name of its own. */
function addressIn(source: string): string | undefined {
  try {
    const described: unknown = JSON.parse(source);
    if (!isJsonObject(described)) return undefined;
    const found = [described.uri, described.url, described.path].find((value) => typeof value === "string");
    return typeof found === "string" && found.isWellFormed() ? found : undefined;
  } catch {
    // A source may be any text.
    return undefined;
  }
}
