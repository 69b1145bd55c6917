import type { Descriptor } from "../model/descriptor.ts";
import type { JsonObject } from "../model/json.ts";
import type { MetricValue } from "../model/metric.ts";
import type {
  EndState,
  HostRecord,
  ImageRecord,
  ImportedRun,
  InputRecord,
  Limits,
  OutputRecord,
  ProgramExit,
  RunParent,
  RunRecord,
  RunStart,
  SourceRecord,
  VerdictRecord,
} from "../model/run.ts";
import { loggedShape } from "./logged_shape.ts";
import {
  amount,
  count,
  digest,
  type Fields,
  filledText,
  json,
  listOf,
  literal,
  mapOf,
  name,
  object,
  oneOf,
  optional,
  runId,
  type Shape,
  tagged,
  text,
} from "./shape.ts";

/** The shape of a descriptor. */
export const descriptorShape: Shape<Descriptor> = object<Descriptor>({
  mediaType: filledText,
  digest: digest(),
  size: count,
});

/** The shape of what a stage wrote. */
export const outputShape: Shape<OutputRecord> = object<OutputRecord>({
  artifact: filledText,
  label: optional(filledText),
  manifest: descriptorShape,
  files: count,
  bytes: count,
});

/** The shape of how a program ended. */
export const exitShape: Shape<ProgramExit> = tagged<ProgramExit>("how", {
  exited: object<{ how: string; code: number }>({ how: text, code: count }),
  signalled: object<{ how: string; signal: string }>({ how: text, signal: filledText }),
  out_of_memory: object<{ how: string }>({ how: text }),
});

/** The shape of the state that a run ends in. */
export const endStateShape: Shape<EndState> = oneOf("succeeded", "failed", "aborted", "lost");

/** The shape of a metric's value in a document. */
const metricValueShape: Shape<MetricValue> = {
  check(value, at, faults) {
    if (typeof value === "number" ? Number.isFinite(value) : isSpelledNumber(value)) return;
    faults.push(`${at} is not a number, "NaN", "Infinity" or "-Infinity"`);
  },
};

/** Whether `value` is a number that JSON cannot hold, spelled as documents spell it. */
export function isSpelledNumber(value: unknown): boolean {
  return value === "NaN" || value === "Infinity" || value === "-Infinity";
}

const startFields: Fields<RunStart> = {
  run: runId(),
  project: name,
  stage: name,
  version: digest(),
  stageKey: digest(),
  group: filledText,
  grade: oneOf("reproducible", "draft", "provenance"),
  parent: optional(object<RunParent>({ kind: oneOf("rerun-of", "variant-of"), run: runId() })),
  tags: listOf(text),
  note: optional(text),
  startedAt: amount,
  source: object<SourceRecord>({
    branch: optional(text),
    remote: optional(text),
    subject: text,
    packs: listOf(descriptorShape),
  }),
  image: optional(object<ImageRecord>({
    reference: filledText,
    manifest: descriptorShape,
    inventory: optional(descriptorShape),
  })),
  inputs: mapOf(
    object<InputRecord>({
      artifact: filledText,
      label: optional(filledText),
      manifest: descriptorShape,
      run: optional(runId()),
    }),
    name,
  ),
  host: object<HostRecord>({
    hostname: text,
    user: text,
    os: text,
    kernel: text,
    architecture: text,
    cpu: text,
    cores: count,
    memoryBytes: count,
    gpus: listOf(object({ name: text, driver: text, memoryBytes: optional(count) })),
    engine: optional(text),
  }),
  limits: object<Limits>({ cpus: optional(amount), memoryBytes: optional(count), gpus: optional(text) }),
  secrets: listOf(text),
  aero: filledText,
  imported: optional(object<ImportedRun>({
    tracker: filledText,
    location: filledText,
    id: filledText,
    url: optional(text),
    name: text,
    group: text,
    tags: json<ImportedRun["tags"]>(true),
    image: optional(text),
    inputs: listOf(
      object<ImportedRun["inputs"][number]>({ name: text, url: optional(text), digest: optional(text) }),
    ),
  })),
};

/** The shape of what every run has from its beginning. */
export const runStartShape: Shape<RunStart> = object<RunStart>(startFields);

/** The shape of a record. */
export const recordShape: Shape<RunRecord> = object<RunRecord>({
  ...startFields,
  schema: literal("aero/record@1"),
  state: endStateShape,
  exit: optional(exitShape),
  reason: optional(text),
  endedAt: amount,
  outputs: mapOf(outputShape, name),
  metrics: mapOf(metricValueShape),
  logged: optional(loggedShape),
  logs: object<RunRecord["logs"]>({ stdout: optional(descriptorShape), stderr: optional(descriptorShape) }),
  journal: descriptorShape,
});

/** The shape of a verdict. */
export const verdictShape: Shape<VerdictRecord> = object<VerdictRecord>({
  schema: literal("aero/verdict@1"),
  run: runId(),
  against: listOf(runId(), 1) as Shape<VerdictRecord["against"]>,
  verdict: oneOf("identical", "within_tolerance", "different"),
  differences: listOf(json<JsonObject>(true)),
  at: amount,
});
