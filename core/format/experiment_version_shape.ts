import type {
  CodeIdentity,
  ContainerIdentity,
  ExperimentVersion,
  HostIdentity,
  InputIdentity,
  StageKey,
} from "../model/experiment_version.ts";
import { isSafePath } from "../model/safe_path.ts";
import {
  digest,
  filledText,
  json,
  listOf,
  literal,
  mapOf,
  name,
  object,
  objectId,
  oneOf,
  optional,
  type Shape,
  tagged,
  text,
} from "./shape.ts";

const environment = tagged<ContainerIdentity | HostIdentity>("kind", {
  container: object<ContainerIdentity>({
    kind: literal("container"),
    image: digest(),
    platform: filledText,
    env: mapOf(text),
    network: oneOf("none", "host", "bridge"),
    runArgs: listOf(text),
  }),
  host: object<HostIdentity>({ kind: literal("host"), platform: filledText, env: mapOf(text) }),
});

/** A folder of the repository: a program runs in it, so that it must not be one outside. */
const safePath: Shape<string> = {
  check(value, at, faults) {
    if (typeof value !== "string" || !isSafePath(value)) faults.push(`${at} is not a safe path`);
  },
};

const inputs = mapOf(object<InputIdentity>({ artifact: filledText, digest: digest() }), name);

/** The shape of an experiment version. */
export const experimentVersionShape: Shape<ExperimentVersion> = object<ExperimentVersion>({
  schema: literal("aero/experiment-version@1"),
  project: name,
  stage: name,
  code: object<CodeIdentity>({ commit: objectId, tree: objectId, directory: optional(safePath) }),
  environment,
  inputs,
  params: json(true),
  command: listOf(text, 1),
});

/** The shape of a stage key. */
export const stageKeyShape: Shape<StageKey> = object<StageKey>({
  schema: literal("aero/stage-key@1"),
  project: name,
  stage: name,
  code: mapOf(objectId, filledText),
  directory: optional(safePath),
  environment,
  inputs,
  params: json(true),
  command: listOf(text, 1),
  outputs: listOf(name),
  metrics: optional(filledText),
});
