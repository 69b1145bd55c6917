import type { JsonObject } from "../../../core/model/json.ts";
import { aliasesOf, latestVersions, type ModelVersion, type RegisteredModel } from "./registered_model.ts";
import { wireEntries } from "./wire.ts";

/** A registered model as it is answered. */
export function wireRegisteredModel(model: RegisteredModel): JsonObject {
  return {
    name: model.name,
    creation_timestamp: model.createdAt,
    last_updated_timestamp: model.updatedAt,
    description: model.description,
    latest_versions: latestVersions(model).map(wireVersion),
    tags: wireEntries(model.tags),
    aliases: [...model.aliases].map(([alias, number]) => ({ alias, version: String(number) })),
  };
}

/** A version as it is answered. Its files are there already, so it is ready. */
export function wireVersion(version: ModelVersion): JsonObject {
  const { runId, runLink, modelId } = version;
  return {
    name: version.model.name,
    version: String(version.number),
    creation_timestamp: version.createdAt,
    last_updated_timestamp: version.updatedAt,
    description: version.description,
    current_stage: version.stage,
    source: version.source,
    ...(runId === undefined ? {} : { run_id: runId }),
    ...(runLink === undefined ? {} : { run_link: runLink }),
    ...(modelId === undefined ? {} : { model_id: modelId }),
    status: "READY",
    tags: wireEntries(version.tags),
    aliases: aliasesOf(version),
  };
}
