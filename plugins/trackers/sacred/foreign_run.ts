import { createHash } from "node:crypto";
import { Long } from "mongodb";
import { parseDigest } from "../../../core/model/digest.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../core/model/json.ts";
import type { ForeignRun } from "../../../core/plugin/tracker.ts";
import type { RunDocument } from "./documents.ts";
import { stateOf } from "./end_status.ts";
import { decodeKeys } from "./param_keys.ts";

/** A run as its document has it, whoever wrote that. */
export function foreignRun(document: RunDocument, now: number, url: string | undefined): ForeignRun {
  const { _id: number, status, info, experiment, host, command, config, omniboard, meta } = document;
  const aero = document.aero === undefined ? undefined : info?.aero;
  const heardAt = millis(document.heartbeat) ?? millis(document.start_time);
  const note = omniboard?.notes ?? (meta?.comment === "" ? undefined : meta?.comment);
  const { commit, url: remote } = experiment?.repositories?.[0] ?? {};
  const endedAt = millis(document.stop_time);
  const params = plain(config ?? {}) as JsonObject;
  // The image that aero names by its digest is called otherwise by Sacred.
  const image = host?.docker_image_id ?? host?.docker_image;
  const user = host?.user;
  return {
    id: String(number),
    ...(url === undefined ? {} : { url }),
    name: command ?? experiment?.name ?? String(number),
    group: experiment?.name ?? "",
    // Of aero's own runs it is aero that knows which are lost.
    state: aero?.state ?? stateOf(status, aero === undefined ? heardAt : undefined, now),
    startedAt: millis(document.start_time) ?? 0,
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(typeof user === "string" ? { user } : {}),
    params: aero === undefined ? params : decodeKeys(params),
    tags: Object.fromEntries(tagsOf(document).map((tag) => [tag, true])),
    ...(note === undefined ? {} : { note }),
    ...(commit === undefined && remote === undefined ? {} : {
      source: {
        ...(commit === undefined ? {} : { commit }),
        ...(remote === undefined || remote === "" ? {} : { remote }),
        ...(aero?.branch === undefined ? {} : { branch: aero.branch }),
      },
    }),
    ...(typeof image === "string" ? { image } : {}),
    inputs: inputsOf(document),
    ...(aero === undefined
      ? {}
      : { aero: { run: aero.run, project: aero.project, version: parseDigest(aero.version) } }),
  };
}

/** Whether a text is the one whose digest a run's document holds; where it holds none it is believed. */
export function isVersionDocument(text: string, digest: unknown): boolean {
  return typeof digest !== "string" || createHash("sha256").update(text).digest("hex") === digest;
}

/** Omniboard takes the tags of the config where it has none of its own. */
function tagsOf({ omniboard, config }: RunDocument): readonly string[] {
  const tags = omniboard?.tags ?? config?.tags;
  if (typeof tags === "string") return tags.split(",").map((tag) => tag.trim()).filter((tag) => tag !== "");
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [];
}

/** Sacred's own resources are pairs of a path and a checksum, or of a path and the id of a file in older versions. */
function inputsOf({ resources = [], aero }: RunDocument): ForeignRun["inputs"] {
  return resources.filter(Array.isArray).map(([place, digest]) => ({
    ...(aero === undefined ? { name: String(place) } : placeOf(String(place))),
    ...(typeof digest === "string" && digest !== "" ? { digest } : {}),
  }));
}

/** What aero writes: `counts:v3` or `data=counts:v3` for an artifact, `name` or `name=address` for what a program logged. */
function placeOf(text: string): { readonly name: string; readonly url?: string } {
  const [, name, url] = /^([^=]*)=([a-z][a-z0-9+.-]*:\/\/.*)$/is.exec(text) ?? [];
  if (name !== undefined && url !== undefined) return { name, url };
  return { name: text.slice(text.indexOf("=") + 1).replace(/:[^:]*$/, "") };
}

/**
 * A value of a document as JSON. Sets and tuples of Python become lists; what else jsonpickle wrote stays as it is.
 *
 * @see jsonpickle/tags.py: `py/tuple`, `py/set`
 */
export function plain(value: unknown): JsonValue {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  // JSON has no others.
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint" || value instanceof Long) return value.toString();
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (!isJsonObject(value)) return String(value);
  const entries = Object.entries(value);
  const [[key, list] = []] = entries;
  if (entries.length === 1 && (key === "py/tuple" || key === "py/set") && Array.isArray(list)) {
    return list.map(plain);
  }
  // Ids, and other types of BSON.
  if ("_bsontype" in value) return String(value);
  return Object.fromEntries(entries.map(([name, item]) => [name, plain(item)]));
}

function millis(date: Date | null | undefined): number | undefined {
  return date instanceof Date ? date.getTime() : undefined;
}
