import type { JsonObject } from "../../../core/model/json.ts";
import type { Message } from "./message.ts";
import { latestVersions, type ModelVersion, type RegisteredModel } from "./registered_model.ts";
import { absent, invalid } from "./refusal.ts";
import { checkAlias, readStage, shown } from "./registry_names.ts";
import { searchRegisteredModels } from "./registry_search.ts";
import { readRegistryTags } from "./registry_tags.ts";
import { wireRegisteredModel, wireVersion } from "./registry_wire.ts";
import type { Routes, Serving } from "./serving.ts";

/** Names under which a program registers models. */
export const REGISTERED_MODEL_ROUTES: Routes = {
  "POST registered-models/create": (serving, message) => {
    const tags = readRegistryTags(message);
    const name = message.wantedText("name"), description = message.text("description") ?? "";
    return changed(serving, serving.registry.create(name, description, tags));
  },
  "GET registered-models/get": (serving, message) => answer(wanted(serving, message)),
  "GET registered-models/search": searchRegisteredModels,
  "POST registered-models/rename": (serving, message) => {
    const model = wanted(serving, message);
    serving.registry.rename(model, message.wantedText("new_name"));
    return changed(serving, model);
  },
  "PATCH registered-models/update": (serving, message) => {
    const model = wanted(serving, message), description = message.text("description") ?? "";
    serving.book.room.take(description);
    serving.book.room.give(model.description);
    model.description = description;
    return changed(serving, model);
  },
  "DELETE registered-models/delete": (serving, message) => {
    const model = wanted(serving, message);
    serving.registry.delete(model);
    serving.toldRegistry.tellGone(model);
    return {};
  },
  "GET registered-models/get-latest-versions": latest,
  "POST registered-models/get-latest-versions": latest,
  "POST registered-models/set-tag": (serving, message) => {
    const model = wanted(serving, message);
    serving.book.room.set(model.tags, message.wantedText("key"), message.text("value") ?? "");
    changed(serving, model);
    return {};
  },
  "DELETE registered-models/delete-tag": (serving, message) => {
    const model = wanted(serving, message);
    serving.book.room.delete(model.tags, message.wantedText("key"));
    changed(serving, model);
    return {};
  },
  "POST registered-models/alias": (serving, message) => {
    const alias = message.wantedText("alias");
    checkAlias(alias);
    const name = message.wantedText("name");
    const { model, number } = serving.registry.version(name, message.integer("version"));
    if (!model.aliases.has(alias)) serving.book.room.take(alias);
    model.aliases.set(alias, number);
    changed(serving, model);
    return {};
  },
  "DELETE registered-models/alias": (serving, message) => {
    const model = wanted(serving, message), alias = message.wantedText("alias");
    if (model.aliases.delete(alias)) serving.book.room.give(alias);
    changed(serving, model);
    return {};
  },
  "GET registered-models/alias": (serving, message) => ({
    model_version: wireVersion(aliased(wanted(serving, message), message.wantedText("alias"))),
  }),
};

function wanted({ registry }: Serving, message: Message): RegisteredModel {
  return registry.get(message.wantedText("name"));
}

function answer(model: RegisteredModel): JsonObject {
  return { registered_model: wireRegisteredModel(model) };
}

function changed(serving: Serving, model: RegisteredModel): JsonObject {
  model.updatedAt = serving.now();
  serving.toldRegistry.tell(model);
  return answer(model);
}

function latest(serving: Serving, message: Message): JsonObject {
  const stages = message.texts("stages").map(readStage);
  const versions = latestVersions(wanted(serving, message), stages.length === 0 ? undefined : stages);
  return { model_versions: versions.map(wireVersion) };
}

function aliased(model: RegisteredModel, alias: string): ModelVersion {
  if (alias.toLowerCase() === "latest") {
    const newest = [...model.versions.values()].at(-1);
    if (newest === undefined) throw absent(`Latest version not found for model ${shown(model.name)}.`);
    return newest;
  }
  const version = model.versions.get(model.aliases.get(alias) ?? 0);
  if (version === undefined) throw invalid(`Registered model alias ${shown(alias)} not found.`);
  return version;
}
