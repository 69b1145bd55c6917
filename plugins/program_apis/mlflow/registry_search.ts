import type { JsonObject } from "../../../core/model/json.ts";
import type { Message } from "./message.ts";
import { nextPage, pageOf } from "./pages.ts";
import type { ModelVersion, RegisteredModel } from "./registered_model.ts";
import { invalid, type Refusal } from "./refusal.ts";
import { PROMPT_TAG } from "./registry_tags.ts";
import { wireRegisteredModel, wireVersion } from "./registry_wire.ts";
import { type FieldValues, parseFilter, type SearchField } from "./search_filter.ts";
import type { Serving } from "./serving.ts";
import { parseSortKey, sorted, type SortKey } from "./sort_order.ts";

/** Registered models, by name unless the request says otherwise. @throws {Refusal} */
export function searchRegisteredModels({ registry }: Serving, message: Message): JsonObject {
  const found = select(registry.all(), message, modelValues, [by("name", true)]);
  const { items, next } = pageOf(found, message, 100, 1000);
  return { registered_models: items.map(wireRegisteredModel), ...nextPage(next) };
}

/** Versions, the newest first unless the request says otherwise. @throws {Refusal} */
export function searchModelVersions({ registry }: Serving, message: Message): JsonObject {
  const versions = registry.all().flatMap((model) => [...model.versions.values()]);
  const usual = [by("last_updated_timestamp", false), by("name", true), by("version_number", false)];
  const { items, next } = pageOf(select(versions, message, versionValues, usual), message, 10_000, 200_000);
  return { model_versions: items.map(wireVersion), ...nextPage(next) };
}

function select<Item>(
  items: readonly Item[],
  message: Message,
  valuesOf: (item: Item) => FieldValues,
  usual: readonly SortKey[],
): readonly Item[] {
  const filter = parseFilter(message.text("filter"));
  const keys = message.texts("order_by").map(parseSortKey);
  return sorted(items.filter((item) => filter(valuesOf(item))), [...keys, ...usual], valuesOf);
}

function by(key: string, ascending: boolean): SortKey {
  return { field: { kind: "attribute", key }, ascending };
}

function modelValues(model: RegisteredModel): FieldValues {
  return (field) => {
    if (field.kind === "tag") return tagOf(model.tags, field.key);
    switch (attributeOf(field)) {
      case "name":
        return [model.name];
      case "creation_timestamp":
      case "timestamp":
        return [model.createdAt];
      case "last_updated_timestamp":
        return [model.updatedAt];
      default:
        throw unknown("Registered models", field);
    }
  };
}

function versionValues(version: ModelVersion): FieldValues {
  return (field) => {
    if (field.kind === "tag") return tagOf(version.tags, field.key);
    switch (attributeOf(field)) {
      case "name":
        return [version.model.name];
      case "version_number":
        return [version.number];
      case "run_id":
        return some(version.runId);
      case "source_path":
        return [version.source];
      case "creation_timestamp":
        return [version.createdAt];
      case "last_updated_timestamp":
        return [version.updatedAt];
      default:
        throw unknown("Model versions", field);
    }
  };
}

/** Clients ask for models by a tag that only prompts have, as one that is not `true`. */
function tagOf(tags: ReadonlyMap<string, string>, key: string): readonly string[] {
  return some(tags.get(key) ?? (key === PROMPT_TAG ? "false" : undefined));
}

function attributeOf({ kind, key }: SearchField): string {
  return kind === "attribute" ? key : "";
}

function unknown(what: string, { kind, key }: SearchField): Refusal {
  return invalid(`${what} have no ${kind} '${key.slice(0, 100).toWellFormed()}' to search for`);
}

function some(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}
