import { type Digest, parseDigest } from "../../model/digest.ts";
import { MEDIA_TYPE } from "../../model/descriptor.ts";
import type { ExperimentVersion } from "../../model/experiment_version.ts";
import type { JsonObject } from "../../model/json.ts";
import { type RunId, runIdFromBytes } from "../../model/run_id.ts";
import type { OutputRecord, RunStart } from "../../model/run.ts";
import type { TrackerEvent } from "../tracker.ts";

/** How a sample run differs from the usual one. */
export interface StartChanges {
  readonly params?: JsonObject;
  readonly tags?: readonly string[];
  readonly note?: string;
  /** In place of the version's real document: any text. */
  readonly versionDocument?: string;
  readonly group?: string;
  readonly stage?: string;
}

/** The commit of all sample runs. */
export const SAMPLE_COMMIT = "4f1c2d3e4f1c2d3e4f1c2d3e4f1c2d3e4f1c2d3e";
/** The image of all sample runs. */
export const SAMPLE_IMAGE: Digest = digestOfLetter("a");

/** A sample digest. */
export function digestOfLetter(letter: string): Digest {
  return parseDigest(`sha256:${letter.repeat(64)}`);
}

/** A run with an id of its own, and the event that begins it. */
export function sampleStart(
  changes: StartChanges = {},
): { readonly run: RunId; readonly event: TrackerEvent } {
  const run = runIdFromBytes(crypto.getRandomValues(new Uint8Array(8)));
  const params = changes.params ?? { depth: 5, rate: 0.1 };
  const version: ExperimentVersion = {
    schema: "aero/experiment-version@1",
    project: "conformance",
    stage: changes.stage ?? "train",
    code: { commit: SAMPLE_COMMIT, tree: "5".repeat(40) },
    environment: {
      kind: "container",
      image: SAMPLE_IMAGE,
      platform: "linux/amd64",
      env: {},
      network: "none",
      runArgs: [],
    },
    inputs: { data: { artifact: "counts", digest: digestOfLetter("b") } },
    params,
    command: ["python", "train.py"],
  };
  const start: RunStart = {
    run,
    project: "conformance",
    stage: version.stage,
    version: digestOfLetter("c"),
    stageKey: digestOfLetter("d"),
    group: changes.group ?? run,
    grade: "reproducible",
    tags: changes.tags ?? ["conformance"],
    ...(changes.note === undefined ? {} : { note: changes.note }),
    startedAt: 1_800_000_000_000,
    source: {
      branch: "main",
      remote: "https://git.example.org/lab/bikes.git",
      subject: "Try deeper trees",
      packs: [],
    },
    image: {
      reference: "python:3.12-slim",
      manifest: { mediaType: MEDIA_TYPE.imageManifest, digest: digestOfLetter("e"), size: 700 },
    },
    inputs: {
      data: {
        artifact: "counts",
        label: "v3",
        manifest: { mediaType: MEDIA_TYPE.manifest, digest: digestOfLetter("b"), size: 120 },
      },
    },
    host: {
      hostname: "lab",
      user: "ada",
      os: "Debian GNU/Linux 12",
      kernel: "6.1.0",
      architecture: "x86_64",
      cpu: "AMD EPYC",
      cores: 4,
      memoryBytes: 2 ** 34,
      gpus: [],
      engine: "engine 4.3.1",
    },
    limits: {},
    secrets: [],
    aero: "0.1.0",
  };
  const versionDocument = changes.versionDocument ?? JSON.stringify(version);
  return {
    run,
    event: {
      kind: "started",
      started: { start, version, versionDocument, storage: "https://objects.example.org/lab" },
    },
  };
}

/** An output event. */
export function sampleOutput(name: string): TrackerEvent {
  const output: OutputRecord = {
    artifact: name,
    label: "v7",
    manifest: { mediaType: MEDIA_TYPE.manifest, digest: digestOfLetter("f"), size: 120 },
    files: 2,
    bytes: 4096,
  };
  return {
    kind: "output",
    at: 1_800_000_050_000,
    name,
    output,
    url: "https://objects.example.org/lab/objects/sha256/ff/ff",
  };
}
