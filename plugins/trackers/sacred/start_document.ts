import { createHash } from "node:crypto";
import type { JsonObject, JsonValue } from "../../../core/model/json.ts";
import { knownCommit } from "../../../core/model/named_tags.ts";
import type { HostRecord, RunStart } from "../../../core/model/run.ts";
import type { TrackedStart } from "../../../core/plugin/tracker.ts";
import type { AeroInfo, RunDocument, SentMark } from "./documents.ts";
import { encodeKeys } from "./param_keys.ts";
import { fitText, fitValue } from "./thin_value.ts";

/** The layout that Sacred 0.8 writes, and readers ask for. */
const FORMAT = "MongoObserver-0.7.0";

const MOST_CONFIG_BYTES = 2 * 1024 * 1024;
/** Longest note, and longest tag. */
export const MOST_NOTE_CHARACTERS = 100_000;
export const MOST_TAG_CHARACTERS = 200;
const MOST_TAGS = 1000;
const MOST_RESOURCES = 5000;
/** Longest document of a version that is kept in `info`, besides the artifact. */
const MOST_DOCUMENT_CHARACTERS = 256 * 1024;

/** Name of the artifact that is the document of the experiment version. */
export const VERSION_FILE = "experiment-version.json";

/** A run's document as it begins, of which no event is counted as sent. */
export function startDocument(
  number: number,
  { start, version, versionDocument, storage }: TrackedStart,
): RunDocument {
  const { note, tags } = start;
  const document = {
    _id: number,
    format: FORMAT,
    command: start.stage,
    status: "RUNNING",
    "start_time": new Date(start.startedAt),
    heartbeat: new Date(start.startedAt),
    experiment: {
      name: start.project,
      base_dir: version.code.directory ?? "",
      mainfile: version.command.find((word) => /^[^-].*\.\w+$/.test(word)) ?? version.command[0] ?? "",
      sources: [],
      dependencies: [`aero==${start.aero}`],
      repositories: [{
        url: start.source.remote ?? "",
        commit: knownCommit(version.code.commit) ?? "",
        dirty: start.grade === "draft",
      }],
    },
    host: hostOf(start, version.environment.kind === "container" ? version.environment.image : undefined),
    config: fitValue(encodeKeys(version.params), MOST_CONFIG_BYTES),
    meta: {
      command: start.stage,
      comment: fitText(note ?? "", MOST_NOTE_CHARACTERS),
      options: {},
      named_configs: [],
      config_updates: {},
    },
    resources: resourcesOf(start),
    artifacts: [],
    "captured_out": "",
    info: infoOf(start, versionDocument, storage),
    omniboard: {
      tags: tags.slice(0, MOST_TAGS).map((tag) => fitText(tag, MOST_TAG_CHARACTERS)),
      ...(note === undefined ? {} : { notes: fitText(note, MOST_NOTE_CHARACTERS) }),
    },
    aero: {
      run: start.run,
      revision: 0,
      events: 0,
      stdout: 0,
      stderr: 0,
      ended: false,
      cut: 0,
    } satisfies SentMark,
  };
  // Sacred has more fields than are read here.
  return document;
}

function infoOf(start: RunStart, document: string, storage: string) {
  const { run, project, version, group, grade, source, parent } = start;
  const aero: AeroInfo = {
    run,
    project,
    version,
    group,
    grade,
    storage,
    ...(source.branch === undefined ? {} : { branch: source.branch }),
    subject: fitText(source.subject, 1000),
    ...(parent === undefined ? {} : { parent: `${parent.kind} ${parent.run}` }),
  };
  return {
    metrics: [],
    ...(document.length <= MOST_DOCUMENT_CHARACTERS ? { experiment_version: document } : {}),
    experiment_version_sha256: createHash("sha256").update(document).digest("hex"),
    aero,
  };
}

/** Names and digests of inputs, as Sacred pairs names and checksums: `counts:v3`, or `data=counts:v3`. */
function resourcesOf({ inputs }: RunStart): readonly (readonly [string, string])[] {
  const entries = Object.entries(inputs);
  const kept = entries.slice(0, MOST_RESOURCES).map(([name, { artifact, label, manifest }]) => {
    const version = label === undefined ? artifact : `${artifact}:${label}`;
    return [fitText(name === artifact ? version : `${name}=${version}`, 1000), manifest.digest] as const;
  });
  const cut = entries.length - kept.length;
  return cut === 0 ? kept : [...kept, [`[… ${cut} inputs cut; see ${VERSION_FILE}]`, ""]];
}

/** What Sacred tells of a machine by its own names, and what it has no names for. */
function hostOf({ host, image }: RunStart, imageId: string | undefined): Record<string, JsonValue> {
  return {
    hostname: host.hostname,
    os: ["Linux", host.os],
    python_version: "",
    cpu: host.cpu,
    ENV: {},
    user: host.user,
    kernel: host.kernel,
    architecture: host.architecture,
    cores: host.cores,
    memory_bytes: host.memoryBytes,
    ...(host.gpus.length === 0 ? {} : { gpus: gpusOf(host.gpus) }),
    ...(host.engine === undefined ? {} : { engine: host.engine }),
    ...(image === undefined ? {} : { docker_image: `${image.reference}@${image.manifest.digest}` }),
    ...(imageId === undefined ? {} : { docker_image_id: imageId }),
  };
}

function gpusOf(gpus: HostRecord["gpus"]): JsonObject {
  return {
    driver_version: gpus[0]!.driver,
    gpus: gpus.map(({ name, memoryBytes = 0 }) => ({
      model: name,
      // MiB, as sacred/host_info.py has it from nvidia-smi.
      total_memory: Math.round(memoryBytes / 2 ** 20),
      persistence_mode: false,
    })),
  };
}
