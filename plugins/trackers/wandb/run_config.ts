import { isDigest } from "../../../core/model/digest.ts";
import type { JsonObject, JsonValue } from "../../../core/model/json.ts";
import { isJsonObject } from "../../../core/model/json.ts";
import { isRunId } from "../../../core/model/run_id.ts";
import type { ForeignRun, TrackedStart } from "../../../core/plugin/tracker.ts";
import { parseLoose } from "./loose_json.ts";
import { metadataOf, writerOf } from "./metadata.ts";
import { pythonIn } from "./package_files.ts";

/** Key of aero's own part of a config. */
const AERO_KEY = "aero";

// Names that W&B or aero gives a meaning.
const TAKEN = /^(_|wandb_version$|aero$|aero\/)/;
const ESCAPE = "aero/param/";

/** A run's config as W&B has it: each key wrapped in `value`, and its own part under `_wandb`. */
export function writeConfig(started: TrackedStart): string {
  const { start, version, storage } = started;
  const { tree, directory } = version.code;
  const own = {
    run: start.run,
    project: start.project,
    stage: start.stage,
    version: start.version,
    grade: start.grade,
    group: start.group,
    storage,
    tree,
    ...(directory === undefined ? {} : { directory }),
    ...(start.parent === undefined ? {} : { parent: start.parent }),
    ...(start.source.branch === undefined ? {} : { branch: start.source.branch }),
    command: version.command,
    ...(version.environment.kind === "container"
      ? { image: version.environment.image, imageName: start.image?.reference ?? null }
      : {}),
    inputs: Object.fromEntries(
      Object.entries(start.inputs).map(([name, { artifact, label, manifest }]) => [
        name,
        { artifact, digest: manifest.digest, ...(label === undefined ? {} : { label }) },
      ]),
    ),
  };
  const python = pythonIn(started.packages)?.replace(/^\D+/, "");
  const internal = {
    // Telemetry by the numbers of its fields: 5 the client's version, 13 the platform. A run without it counts as one
    // that never began.
    t: {
      "5": `aero-${start.aero}`,
      "13": version.environment.platform,
      ...(python === undefined ? {} : { "4": python }),
    },
    "cli_version": `aero-${start.aero}`,
    ...(python === undefined ? {} : { "python_version": python }),
    e: { [writerOf(start.run)]: metadataOf(started) },
  };
  return JSON.stringify({
    ...wrapped(version.params),
    [AERO_KEY]: { value: own },
    _wandb: { value: internal },
  });
}

/** A config with more params, in place of those of their names. @throws {SyntaxError} if it is not JSON. */
export function withParams(config: string, params: JsonObject): string {
  const read = parseLoose(config);
  return JSON.stringify({ ...(isObject(read) ? read : {}), ...wrapped(params) });
}

function wrapped(params: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [TAKEN.test(name) ? `${ESCAPE}${name}` : name, { value }]),
  );
}

/** A config read: the params, aero's own part if it has one, and what W&B's clients tell of the machine. */
export interface ReadConfig {
  readonly params: JsonObject;
  readonly own: JsonObject | undefined;
  readonly environment: JsonObject | undefined;
}

/** Reads a run's config. @throws {SyntaxError} if it is not JSON. */
export function readConfig(text: string | null | undefined): ReadConfig {
  const config = text === null || text === undefined || text === "" ? {} : parseLoose(text);
  const params: Record<string, JsonValue> = {};
  let own: JsonObject | undefined, environment: JsonObject | undefined;
  for (const [key, wrapped] of Object.entries(isObject(config) ? config : {})) {
    const value = isObject(wrapped) && "value" in wrapped ? wrapped.value! : wrapped;
    if (key === AERO_KEY && isObject(value) && typeof value.run === "string") own = value;
    else if (key === "_wandb") environment = environmentIn(value);
    else if (key.startsWith(ESCAPE)) define(params, key.slice(ESCAPE.length), value);
    else if (!key.startsWith("_wandb") && !key.startsWith(`${AERO_KEY}/`) && key !== "wandb_version") {
      define(params, key, value);
    }
  }
  return { params, own, environment };
}

/** What names aero's own run; `undefined` if somebody else made it. */
export function aeroOf(own: JsonObject | undefined): ForeignRun["aero"] {
  const { run, project, version } = own ?? {};
  if (typeof run !== "string" || !isRunId(run)) return undefined;
  if (typeof version !== "string" || !isDigest(version)) return undefined;
  return typeof project === "string" ? { run, project, version } : undefined;
}

function environmentIn(internal: JsonValue): JsonObject | undefined {
  const writers = isObject(internal) ? internal.e : undefined;
  return writers !== undefined && isObject(writers) ? Object.values(writers).find(isObject) : undefined;
}

/** Also where the name is `__proto__`. */
function define(params: Record<string, JsonValue>, name: string, value: JsonValue): void {
  Object.defineProperty(params, name, { value, enumerable: true, configurable: true, writable: true });
}

function isObject(value: unknown): value is JsonObject {
  return isJsonObject(value);
}
