import type { EnvironmentConfig } from "../config/project_config.ts";
import { canonicalJson } from "../format/canonical_json.ts";
import type { ContainerIdentity, HostIdentity } from "../model/experiment_version.ts";
import type { LockEntry } from "../model/lock.ts";
import type { ImageRecord } from "../model/run.ts";
import type { ContainerEnvironment, Environment, ImageDigest } from "../plugin/environment.ts";
import type { CommitFiles } from "./image/commit_files.ts";
import type { EnsuredImage } from "./image/ensure_image.ts";
import { environmentSource } from "./image/environment_source.ts";
import { lockedBase, lockedImage, lockMissing } from "./image/image_lock.ts";
import { baseReferences, loadSource, sourceDigest } from "./image/source_digest.ts";
import type { EnvironmentChoice, Project } from "./project.ts";
import type { RunObserver } from "./run_services.ts";

/** An environment that programs can be run in. */
export interface ReadyEnvironment {
  readonly environment: Environment;
  /** Present for containers. */
  readonly image?: ImageRecord;
}

/** What an image is decided by. */
export interface EnvironmentCode {
  /** The project's files in the commit. */
  readonly files: CommitFiles;
  readonly lock: readonly LockEntry[];
  /** Lets names that can move resolve anew, and gives what they resolved to: for snapshots, which have no lock. */
  readonly mode: "locked" | "update";
}

interface SessionOptions {
  readonly observer: RunObserver;
  readonly signal: AbortSignal;
}

/**
 * The environment of one command. What can be known without an engine is known without one, so that a pipeline
 * with nothing to do starts none.
 */
export class EnvironmentSession {
  readonly #project: Project;
  readonly #config: EnvironmentConfig;
  readonly #code: EnvironmentCode;
  readonly #options: SessionOptions;
  readonly #choice: EnvironmentChoice;
  #image: ImageDigest | undefined;
  #ready: ReadyEnvironment | undefined;

  constructor(project: Project, config: EnvironmentConfig, code: EnvironmentCode, options: SessionOptions) {
    this.#project = project;
    this.#config = config;
    this.#code = code;
    this.#options = options;
    this.#choice = project.environment(config.use);
  }

  /**
   * What versions say of the environment.
   * @throws {UserError} `lock_missing` and those of the image's own description.
   */
  async identity(): Promise<ContainerIdentity | HostIdentity> {
    const { env, network, runArgs } = this.#config;
    if (this.#choice.kind === "host") return { kind: "host", platform: hostPlatform(), env };
    const image = this.#image ??= await this.#decideImage();
    return { kind: "container", image, platform: CONTAINER_PLATFORM, env, network, runArgs };
  }

  /**
   * Makes sure that the image is in the engine and in the store.
   * @throws {EnvironmentError} `engine_unavailable` and what {@link ensureImage} throws.
   */
  async ready(): Promise<ReadyEnvironment> {
    return this.#ready ??= await this.#prepare();
  }

  async #prepare(): Promise<ReadyEnvironment> {
    const [environment] = await Promise.all([
      this.#choice.open(this.#image),
      // Loaded while the engine answers.
      this.#choice.kind === "container" ? import("./image/ensure_image.ts") : undefined,
    ]);
    if (environment.kind === "host") return { environment };
    const ensured = await ensureProjectImage(
      this.#project,
      environment,
      this.#config,
      this.#code,
      this.#options,
    );
    this.#image = ensured.image;
    return {
      environment,
      image: {
        reference: this.#config.image ?? ensured.reference,
        manifest: ensured.manifest,
        ...(ensured.inventory === undefined ? {} : { inventory: ensured.inventory }),
      },
    };
  }

  /** What the lock file says the image is; for a snapshot, whose names may be new, what the engine says. */
  async #decideImage(): Promise<ImageDigest> {
    try {
      return await plannedImage(this.#config, this.#code, CONTAINER_PLATFORM);
    } catch (error) {
      if (this.#code.mode === "locked" || (error as { code?: string }).code !== "lock_missing") throw error;
    }
    await this.ready();
    return this.#image!;
  }
}

/** {@link ensureImage} for a project: its store, this machine's platform, and progress for people. */
export async function ensureProjectImage(
  project: Project,
  environment: ContainerEnvironment,
  config: EnvironmentConfig,
  code: EnvironmentCode,
  { observer, signal }: SessionOptions,
): Promise<EnsuredImage> {
  const { ensureImage } = await import("./image/ensure_image.ts");
  const ensured = await ensureImage({
    environment,
    store: project.services.store,
    project: project.config.project,
    config,
    lock: code.lock,
    files: code.files,
    platform: CONTAINER_PLATFORM,
    mode: code.mode,
    onOutput: (bytes) => observer.build(bytes),
    onStep: (step, bytes) => observer.step(STEP_TEXT[step], bytes),
    signal,
  });
  observer.done();
  if (ensured.note !== undefined) observer.warn(ensured.note);
  return ensured;
}

const STEP_TEXT = {
  pull: "Getting the base image",
  build: "Building the image",
  load: "Loading the image from storage",
  keep: "Keeping the image in storage",
  inventory: "Listing the packages in the image",
} as const;

const ARCHITECTURES: ReadonlyMap<string, string> = new Map([["x86_64", "amd64"], ["aarch64", "arm64"]]);

/** Containers are Linux, on macOS and Windows too; OCI's name of the architecture. */
export const CONTAINER_PLATFORM = `linux/${ARCHITECTURES.get(Deno.build.arch) ?? Deno.build.arch}`;

function hostPlatform(): string {
  return `${Deno.build.os}/${ARCHITECTURES.get(Deno.build.arch) ?? Deno.build.arch}`;
}

/**
 * The image that the lock file names for an environment; no engine is asked.
 *
 * @throws {UserError} `lock_missing`.
 */
async function plannedImage(
  config: EnvironmentConfig,
  code: EnvironmentCode,
  platform: string,
): Promise<ImageDigest> {
  const source = await loadSource(environmentSource(config), code.files, platform);
  const bases = new Map(
    baseReferences(source).map((reference) => {
      const image = lockedBase(code.lock, reference, platform);
      if (image === undefined) throw lockMissing(JSON.stringify(reference), platform);
      return [reference, image];
    }),
  );
  if (source.kind === "base") return bases.get(source.reference)!;
  const image = lockedImage(code.lock, sourceDigest(source, bases, platform), platform);
  if (image === undefined) throw lockMissing("this environment", platform);
  return image;
}

/** Gives one session for each distinct environment of a command. */
export function environmentSessions(
  project: Project,
  code: EnvironmentCode,
  options: SessionOptions,
): (config: EnvironmentConfig) => EnvironmentSession {
  const sessions = new Map<string, EnvironmentSession>();
  return (config) => {
    const key = canonicalJson(config);
    let session = sessions.get(key);
    if (session === undefined) {
      sessions.set(key, session = new EnvironmentSession(project, config, code, options));
    }
    return session;
  };
}
