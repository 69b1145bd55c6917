import type { JsonObject } from "../../../core/model/json.ts";
import type { Message } from "./message.ts";
import { nextPage, pageOf } from "./pages.ts";
import type { ProgramRun } from "./program_run.ts";
import { invalid } from "./refusal.ts";
import { type FieldValues, parseFilter } from "./search_filter.ts";
import type { Serving } from "./serving.ts";
import { parseSortKey, sorted } from "./sort_order.ts";
import { readView } from "./view.ts";
import { wireRun } from "./wire.ts";

/** Runs that the program made, the newest first unless it says otherwise. @throws {Refusal} */
export function searchRuns({ book }: Serving, message: Message): JsonObject {
  const experiments = new Set(message.texts("experiment_ids"));
  const filter = parseFilter(message.text("filter"));
  const keys = message.texts("order_by").map(parseSortKey);
  const shows = readView(message, "run_view_type");
  const found = book.runs().toReversed().filter((run) =>
    experiments.has(run.experiment) && shows(run.lifecycle) && filter(runValues(run))
  );
  const order = [...keys, { field: { kind: "attribute", key: "start_time" }, ascending: false } as const];
  const { items, next } = pageOf(sorted(found, order, runValues), message, 1000, 50_000);
  return { runs: items.map(wireRun), ...nextPage(next) };
}

function runValues(run: ProgramRun): FieldValues {
  return ({ kind, key }) => {
    switch (kind) {
      case "metric":
        return some(run.metrics.get(key)?.latest?.value);
      case "param":
        return some(run.params.get(key));
      case "tag":
        return some(key === "mlflow.runName" ? run.name : run.tags.get(key));
      case "dataset":
        return [...run.datasets.values()].flatMap((dataset) => {
          if (key === "name" || key === "digest") return [dataset[key]];
          if (key === "context") return some(dataset.tags.get("mlflow.data.context"));
          throw invalid(`Datasets have no '${key}' to search for`);
        });
      case "attribute":
        return attribute(run, key);
    }
  };
}

function attribute(run: ProgramRun, key: string): readonly (string | number)[] {
  switch (key.toLowerCase()) {
    case "run_id":
      return [run.id];
    case "run_name":
    case "run name":
      return [run.name];
    case "status":
      return [run.status];
    case "artifact_uri":
      return [run.artifactUri];
    case "user_id":
      return some(run.tags.get("mlflow.user"));
    case "start_time":
    case "created":
      return [run.startedAt];
    case "end_time":
      return some(run.endedAt);
    default:
      throw invalid(`Runs have no attribute '${key.slice(0, 100).toWellFormed()}' to search for`);
  }
}

function some<Value>(value: Value | undefined): readonly Value[] {
  return value === undefined ? [] : [value];
}
