import type { JsonObject } from "../../../core/model/json.ts";
import { listFolder } from "./artifact_routes.ts";
import { type LoggedModel, MODEL_STATUSES, modelArtifactUri } from "./logged_model.ts";
import type { Message } from "./message.ts";
import { absent, invalid } from "./refusal.ts";
import { nextPage, pageOf } from "./pages.ts";
import { type FieldValues, parseField, parseFilter } from "./search_filter.ts";
import type { Routes, Serving } from "./serving.ts";
import { sorted } from "./sort_order.ts";
import { readEntries, wireModel } from "./wire.ts";

/** Models of MLflow 3, which have an id and files of their own. */
export const MODEL_ROUTES: Routes = {
  "POST logged-models": create,
  "POST logged-models/search": search,
  "GET logged-models/*": ({ book }, message, [id]) => {
    const model = book.model(id!);
    if (model.lifecycle === "deleted" && !message.flag("allow_deleted")) {
      throw absent(`Logged model with ID '${model.id}' not found.`);
    }
    return { model: wireModel(model) };
  },
  "PATCH logged-models/*": ({ book, files, now, toldRegistry }, message, [id]) => {
    const model = book.model(id!);
    const status = MODEL_STATUSES.find((known) => known === message.text("status"));
    if (status === undefined) {
      throw invalid(`Invalid model status: it is to be one of ${MODEL_STATUSES.join(", ")}`);
    }
    if (status === "LOGGED_MODEL_READY") {
      model.runFolder.promote(model.folder, (a, b) => files.swap(a, b));
      toldRegistry.tellMoved();
    }
    Object.assign(model, { status, updatedAt: now() });
    return { model: wireModel(model) };
  },
  "DELETE logged-models/*": ({ book, now }, _message, [id]) => {
    Object.assign(book.model(id!), { lifecycle: "deleted", updatedAt: now() });
    return {};
  },
  "PATCH logged-models/*/tags": (serving, message, [id]) => {
    const model = serving.book.model(id!);
    keep(serving, model, model.tags, readEntries(message.messages("tags")));
    return {};
  },
  "DELETE logged-models/*/tags/*": ({ book }, _message, [id, key]) => {
    if (!book.model(id!).tags.delete(key!)) throw absent(`No tag with name: ${key} in logged model ${id}`);
    return {};
  },
  "POST logged-models/*/params": (serving, message, [id]) => {
    const model = serving.book.model(id!);
    keep(serving, model, model.params, readEntries(message.messages("params")));
    return {};
  },
  "GET logged-models/*/artifacts/directories": async ({ book, files }, message, [id]) => {
    const model = book.model(id!);
    const listed = await listFolder(files, model.folder, message.text("artifact_directory_path") ?? "");
    return { root_uri: modelArtifactUri(model), files: listed };
  },
};

function create(serving: Serving, message: Message): JsonObject {
  const { book } = serving;
  const params = readEntries(message.messages("params")), tags = readEntries(message.messages("tags"));
  const experiment = book.experiments.get(message.text("experiment_id") || "0");
  const model = book.createModel({
    name: message.text("name") || "model",
    experiment: experiment.id,
    sourceRun: message.text("source_run_id") || undefined,
    type: message.text("model_type") || undefined,
  });
  keep(serving, model, model.params, params);
  keep(serving, model, model.tags, tags);
  return { model: wireModel(model) };
}

function keep(
  { book, now }: Serving,
  model: LoggedModel,
  map: Map<string, string>,
  entries: readonly (readonly [string, string])[],
): void {
  for (const [key, value] of entries) {
    book.room.take(key, value);
    const old = map.get(key);
    if (old !== undefined) book.room.give(key, old);
    map.set(key, value);
  }
  model.updatedAt = now();
}

function search({ book }: Serving, message: Message): JsonObject {
  const experiments = new Set(message.texts("experiment_ids"));
  const filter = parseFilter(message.text("filter"));
  const keys = message.messages("order_by").map((key) => ({
    field: parseField(key.wantedText("field_name")),
    ascending: key.flag("ascending"),
  }));
  const found = book.models().toReversed().filter((model) =>
    experiments.has(model.experiment) && model.lifecycle === "active" && filter(modelValues(model))
  );
  const { items, next } = pageOf(sorted(found, keys, modelValues), message, 100, 50_000);
  return { models: items.map(wireModel), ...nextPage(next) };
}

function modelValues(model: LoggedModel): FieldValues {
  return ({ kind, key }) => {
    switch (kind) {
      case "metric":
        return [...model.metrics.values()].filter((metric) => metric.key === key).map(({ value }) => value);
      case "param":
        return some(model.params.get(key));
      case "tag":
        return some(model.tags.get(key));
      case "dataset":
        throw invalid("Logged models have no datasets to search for");
      case "attribute":
        return attribute(model, key);
    }
  };
}

function attribute(model: LoggedModel, key: string): readonly (string | number)[] {
  switch (key) {
    case "name":
      return [model.name];
    case "model_id":
      return [model.id];
    case "model_type":
      return some(model.type);
    case "status":
      return [model.status.replace("LOGGED_MODEL_", "")];
    case "source_run_id":
      return some(model.sourceRun);
    case "experiment_id":
      return [model.experiment];
    case "creation_timestamp":
    case "creation_time":
      return [model.createdAt];
    case "last_updated_timestamp":
    case "last_updated_time":
      return [model.updatedAt];
    default:
      throw invalid(`Logged models have no attribute '${key.slice(0, 100).toWellFormed()}' to search for`);
  }
}

function some(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}
