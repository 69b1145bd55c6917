import type { JsonObject } from "../../../core/model/json.ts";
import type { Message } from "./message.ts";
import { readSource } from "./model_source.ts";
import type { ModelVersion } from "./registered_model.ts";
import { invalid } from "./refusal.ts";
import { readStage } from "./registry_names.ts";
import { searchModelVersions } from "./registry_search.ts";
import { readRegistryTags } from "./registry_tags.ts";
import { wireVersion } from "./registry_wire.ts";
import type { Routes, Serving } from "./serving.ts";

/** Versions of the models that a program registers. */
export const MODEL_VERSION_ROUTES: Routes = {
  "POST model-versions/create": create,
  "GET model-versions/get": (serving, message) => ({ model_version: wireVersion(wanted(serving, message)) }),
  "GET model-versions/search": searchModelVersions,
  "GET model-versions/get-download-uri": (serving, message) => ({
    artifact_uri: wanted(serving, message).storage,
  }),
  "PATCH model-versions/update": (serving, message) => {
    const version = wanted(serving, message), description = message.text("description") ?? "";
    serving.book.room.take(description);
    serving.book.room.give(version.description);
    version.description = description;
    return changed(serving, version);
  },
  "DELETE model-versions/delete": (serving, message) => {
    const version = wanted(serving, message);
    serving.registry.deleteVersion(version);
    serving.toldRegistry.tell(version.model);
    return {};
  },
  "POST model-versions/set-tag": (serving, message) => {
    const version = wanted(serving, message);
    serving.book.room.set(version.tags, message.wantedText("key"), message.text("value") ?? "");
    changed(serving, version);
    return {};
  },
  "DELETE model-versions/delete-tag": (serving, message) => {
    const version = wanted(serving, message);
    serving.book.room.delete(version.tags, message.wantedText("key"));
    changed(serving, version);
    return {};
  },
  "POST model-versions/transition-stage": transition,
};

function wanted({ registry }: Serving, message: Message): ModelVersion {
  return registry.version(message.wantedText("name"), message.integer("version"));
}

function changed({ now, toldRegistry }: Serving, version: ModelVersion): JsonObject {
  version.updatedAt = now();
  version.model.updatedAt = version.updatedAt;
  toldRegistry.tell(version.model);
  return { model_version: wireVersion(version) };
}

function create(serving: Serving, message: Message): JsonObject {
  const { book, registry } = serving;
  const model = registry.get(message.wantedText("name"));
  const source = message.wantedText("source"), tags = readRegistryTags(message);
  const modelId = message.text("model_id") || undefined;
  const { storage, runId } = readSource(book, registry, source);
  const made = modelId === undefined ? undefined : book.model(modelId).sourceRun;
  const version = registry.createVersion(model, {
    ...{ source, storage, modelId, tags },
    runId: message.text("run_id") || runId || made,
    runLink: message.text("run_link") || undefined,
    description: message.text("description") ?? "",
  });
  return changed(serving, version);
}

function transition(serving: Serving, message: Message): JsonObject {
  const version = wanted(serving, message);
  const stage = readStage(message.wantedText("stage"));
  if (message.flag("archive_existing_versions")) {
    if (stage !== "Staging" && stage !== "Production") {
      throw invalid(
        `Model version transition cannot archive existing model versions: '${stage}' is neither Staging nor Production`,
      );
    }
    for (const other of version.model.versions.values()) {
      if (other.stage === stage) Object.assign(other, { stage: "Archived", updatedAt: serving.now() });
    }
  }
  version.stage = stage;
  return changed(serving, version);
}
