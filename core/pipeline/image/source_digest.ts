import { UserError } from "../../errors.ts";
import { canonicalJson } from "../../format/canonical_json.ts";
import { digestOf } from "../../format/digest_of.ts";
import type { Digest } from "../../model/digest.ts";
import type { ImageDigest, ImageReference } from "../../plugin/environment.ts";
import type { CommitFiles } from "./commit_files.ts";
import { basesOf, type DockerfileBases } from "./dockerfile_bases.ts";
import { contextPathsOf } from "./dockerfile_context.ts";
import { GENERATOR_VERSION } from "./dockerfile.ts";
import type { EnvironmentSource } from "./environment_source.ts";
import { detectPythonLock, needsProjectFile, type PythonLockKind } from "./python_lock.ts";

/** An {@link EnvironmentSource} with the files that it names read. */
export type LoadedSource =
  | Extract<EnvironmentSource, { kind: "base" }>
  | Extract<EnvironmentSource, { kind: "generated" }> & {
    /** Absent without a lock; `project` is `pyproject.toml` where the kind needs it. */
    readonly lock?: {
      readonly kind: PythonLockKind;
      readonly text: Uint8Array;
      readonly project?: Uint8Array;
    };
  }
  | Extract<EnvironmentSource, { kind: "dockerfile" }> & {
    readonly text: Uint8Array;
    readonly bases: DockerfileBases;
    /** Path in the context to what the commit has there; `absent` if nothing. */
    readonly contextIds: Readonly<Record<string, string>>;
  };

/**
 * Reads what an image is made from.
 *
 * @throws {UserError} `file_missing` if the commit lacks a file that the config names; those of
 *   {@link detectPythonLock} and {@link basesOf}.
 */
export async function loadSource(
  source: EnvironmentSource,
  files: CommitFiles,
  platform: string,
): Promise<LoadedSource> {
  if (source.kind === "base") return source;
  if (source.kind === "generated") {
    if (source.pythonLock === undefined) return source;
    const text = await required(files, source.pythonLock, "python_lock");
    const kind = detectPythonLock(source.pythonLock, new TextDecoder().decode(text));
    if (!needsProjectFile(kind)) return { ...source, lock: { kind, text } };
    const beside = source.pythonLock.replace(/[^/]*$/, "pyproject.toml");
    return { ...source, lock: { kind, text, project: await required(files, beside, "python_lock") } };
  }
  const text = await required(files, source.dockerfile, "build.dockerfile");
  const dockerfile = new TextDecoder().decode(text);
  const paths = contextPathsOf(dockerfile);
  if (paths.length > 0) paths.push(".dockerignore");
  const contextIds: Record<string, string> = {};
  for (const path of paths) {
    contextIds[path] = await files.objectId(inContext(source.context, path)) ?? "absent";
  }
  if (paths.length > 0) {
    contextIds["Dockerfile.dockerignore"] = await files.objectId(ignoreFileOf(source.dockerfile)) ?? "absent";
  }
  return { ...source, text, bases: basesOf(dockerfile, source.args, platform), contextIds };
}

/** The moving names that an image is made from; each once. */
export function baseReferences(source: LoadedSource): readonly ImageReference[] {
  return source.kind === "dockerfile" ? source.bases.references : [source.reference];
}

/** Where BuildKit looks for the ignore file of one Dockerfile. */
export function ignoreFileOf(dockerfile: string): string {
  return `${dockerfile}.dockerignore`;
}

/**
 * The digest of exactly what an image is built from: equal input gives an equal digest on every machine, and code
 * that the build does not read is no part of it.
 *
 * @param bases The image of each of {@link baseReferences}.
 */
export function sourceDigest(
  source: Exclude<LoadedSource, { kind: "base" }>,
  bases: ReadonlyMap<ImageReference, ImageDigest>,
  platform: string,
): Digest {
  const inputs = source.kind === "generated"
    ? {
      generator: GENERATOR_VERSION,
      base: bases.get(source.reference),
      systemPackages: source.systemPackages,
      pythonLock: source.lock && {
        kind: source.lock.kind,
        digest: digestOf(source.lock.text),
        project: source.lock.project && digestOf(source.lock.project),
      },
    }
    : {
      dockerfile: digestOf(source.text),
      bases: Object.fromEntries(bases),
      context: source.contextIds,
      args: source.args,
    };
  return digestOf(canonicalJson({ schema: "aero/image-source@1", kind: source.kind, platform, ...inputs }));
}

function inContext(context: string, path: string): string {
  return [context, path].filter((part) => part !== "").join("/");
}

async function required(files: CommitFiles, path: string, key: string): Promise<Uint8Array> {
  const bytes = await files.read(path);
  if (bytes !== undefined) return bytes;
  throw new UserError("file_missing", {
    what: `Cannot read ${JSON.stringify(path)}`,
    why: `environment.${key} needs it, and the commit has no such file`,
    fix: [`git add ${path} and commit it`, `correct environment.${key} in aero.yaml`],
  });
}
