import { UserError } from "../../errors.ts";
import { digestHex } from "../../model/digest.ts";
import type { OperationOptions } from "../../plugin/context.ts";
import {
  type ContainerEnvironment,
  type ImageDigest,
  type ImageReference,
  parseImageReference,
} from "../../plugin/environment.ts";
import type { CommitFiles } from "./commit_files.ts";
import { CONTEXT_FILES, generateDockerfile } from "./dockerfile.ts";
import { ignoreFileOf, type LoadedSource } from "./source_digest.ts";

/** What a build needs beside its source. */
export interface BuildOptions extends OperationOptions {
  readonly files: CommitFiles;
  /** The image of each base; the engine has them all. */
  readonly bases: ReadonlyMap<ImageReference, ImageDigest>;
  readonly tag: ImageReference;
  readonly onOutput: (bytes: Uint8Array) => void;
}

type Builder = Pick<ContainerEnvironment, "build" | "buildsOnDigests" | "tag">;

/**
 * Builds an image from what the commit says, and nothing else: a build that reads no file of the context sees an
 * empty one.
 *
 * @throws {EnvironmentError} `build_failed`, `image_not_found`, `engine_unavailable`.
 */
export async function buildImage(
  environment: Builder,
  source: Exclude<LoadedSource, { kind: "base" }>,
  options: BuildOptions,
): Promise<ImageDigest> {
  const work = await Deno.makeTempDir({ prefix: "aero-build-" });
  try {
    const bases = await nameBases(environment, options);
    const dockerfile = `${work}/Dockerfile`;
    const emptyContext = `${work}/context`;
    await Deno.mkdir(emptyContext);
    const context = source.kind === "generated"
      ? await layOutGenerated(source, bases, dockerfile, emptyContext)
      : await layOutDockerfile(source, options.files, bases, dockerfile, emptyContext);
    return await environment.build({
      dockerfile,
      context,
      args: source.kind === "dockerfile" ? source.args : {},
      tag: options.tag,
    }, { onOutput: options.onOutput, ...options.signal !== undefined && { signal: options.signal } });
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** What stands for each base in the Dockerfile: its digest, or for builders that take names only, a name of its own. */
async function nameBases(
  environment: Builder,
  { bases, signal }: BuildOptions,
): Promise<Map<ImageReference, string>> {
  const names = new Map<ImageReference, string>(bases);
  if (environment.buildsOnDigests) return names;
  for (const [reference, image] of bases) {
    const name = parseImageReference(`localhost/aero/base:${digestHex(image)}`);
    await environment.tag(image, name, { ...signal !== undefined && { signal } });
    names.set(reference, name);
  }
  return names;
}

async function layOutGenerated(
  source: Extract<LoadedSource, { kind: "generated" }>,
  bases: ReadonlyMap<ImageReference, string>,
  dockerfile: string,
  context: string,
): Promise<string> {
  const base = bases.get(source.reference);
  if (base === undefined) throw new TypeError(`No digest was given for ${source.reference}`);
  const { systemPackages, lock } = source;
  const generated = generateDockerfile({
    base,
    systemPackages,
    ...lock !== undefined && { pythonLock: lock.kind },
  });
  await Deno.writeTextFile(dockerfile, generated.text);
  for (const [name, script] of Object.entries(generated.scripts)) {
    await writePlain(`${context}/${name}`, new TextEncoder().encode(script));
  }
  if (lock !== undefined) await writePlain(`${context}/${CONTEXT_FILES.lock}`, lock.text);
  if (lock?.project !== undefined) await writePlain(`${context}/${CONTEXT_FILES.project}`, lock.project);
  return context;
}

async function layOutDockerfile(
  source: Extract<LoadedSource, { kind: "dockerfile" }>,
  files: CommitFiles,
  bases: ReadonlyMap<ImageReference, string>,
  dockerfile: string,
  emptyContext: string,
): Promise<string> {
  await Deno.writeTextFile(dockerfile, source.bases.pinned(bases));
  if (Object.keys(source.contextIds).length === 0) return emptyContext;
  const ignored = await files.read(ignoreFileOf(source.dockerfile));
  if (ignored !== undefined) await Deno.writeFile(ignoreFileOf(dockerfile), ignored);
  const root = await Deno.realPath(await files.directory());
  const context = await Deno.realPath(source.context === "" ? root : `${root}/${source.context}`)
    .catch((cause) => {
      throw outside(source.context, "the commit has no such folder", { cause });
    });
  if (context === root || context.startsWith(`${root}/`)) return context;
  throw outside(source.context, "it is a link that leaves the project");
}

/** A file whose mode does not depend on this process, since the mode goes into the image. */
async function writePlain(path: string, bytes: Uint8Array): Promise<void> {
  await Deno.writeFile(path, bytes);
  await Deno.chmod(path, 0o644);
}

function outside(context: string, why: string, options?: ErrorOptions): UserError {
  return new UserError("path_unsafe", {
    what: `Cannot build with the context ${JSON.stringify(context)}`,
    why,
    fix: ["correct environment.build.context in aero.yaml"],
  }, options);
}
