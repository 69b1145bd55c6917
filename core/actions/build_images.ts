import type { App } from "../app.ts";
import { LOCK_FILE } from "../config/find_project.ts";
import type { EnvironmentConfig, ProjectConfig } from "../config/project_config.ts";
import { UserError } from "../errors.ts";
import { canonicalJson } from "../format/canonical_json.ts";
import { writeLock } from "../format/lock_format.ts";
import type { Digest } from "../model/digest.ts";
import type { LockEntry } from "../model/lock.ts";
import { CommitFilesOf } from "../pipeline/commit_files_of.ts";
import { CONTAINER_PLATFORM, ensureProjectImage } from "../pipeline/environment_session.ts";
import { mergeLock } from "../pipeline/image/image_lock.ts";
import { pinCode } from "../pipeline/pinned_code.ts";
import type { Project } from "../pipeline/project.ts";

/** One image that `aero build` looked after. */
export interface BuiltImage {
  readonly type: "image";
  readonly reference: string;
  readonly image: Digest;
  readonly built: boolean;
  /** Stages that run in it. */
  readonly stages: readonly string[];
}

/** What became of aero.lock. */
export interface WrittenLock {
  readonly type: "lock";
  readonly path: string;
  readonly changed: boolean;
}

/**
 * Makes each image of the project, and writes what was resolved to aero.lock.
 *
 * @throws {UserError} `environment_is_host` if no stage runs in a container.
 */
export async function buildImages(
  app: App,
  options: { readonly update: boolean },
): Promise<(BuiltImage | WrittenLock)[]> {
  const root = await app.requireRoot();
  const project = await app.openProject();
  // What a commit of the worktree would hold: git-ignored files cannot reach an image.
  const { identity, config, lock, repository } = await pinCode(project, {
    draft: true,
    now: project.services.now(),
  });
  const groups = containerEnvironments(project, config);
  if (groups.length === 0) throw onlyHosts();
  await using files = new CommitFilesOf(repository.objects, identity.tree, identity.directory, app.signal);
  const code = {
    files,
    lock: options.update ? lock.filter(({ kind }) => kind !== "base") : lock,
    mode: "update",
  } as const;
  const results: (BuiltImage | WrittenLock)[] = [];
  const inUse: LockEntry[] = [];
  for (const { environment: wanted, stages } of groups) {
    const environment = await project.environment(wanted.use).open();
    if (environment.kind === "host") throw new TypeError("Hosts were left out");
    const run = { observer: app.observer(), signal: app.signal };
    const made = await ensureProjectImage(project, environment, wanted, code, run);
    inUse.push(...made.lock);
    results.push({ type: "image", reference: made.reference, image: made.image, built: made.built, stages });
  }
  const changed = await writeLockFile(`${root}/${LOCK_FILE}`, mergeLock(lock, inUse, CONTAINER_PLATFORM));
  return [...results, { type: "lock", path: LOCK_FILE, changed }];
}

/** Writes the lock file if its text changes; whole or not at all. */
async function writeLockFile(path: string, entries: readonly LockEntry[]): Promise<boolean> {
  const text = writeLock(entries);
  const before = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (before === text) return false;
  await Deno.writeTextFile(`${path}.tmp`, text);
  await Deno.rename(`${path}.tmp`, path);
  return true;
}

function onlyHosts(): UserError {
  return new UserError("environment_is_host", {
    what: "Cannot build an image",
    why: "all stages run on the host (environment.use: host)",
    fix: ["name a base image in aero.yaml: `environment: { use: auto, image: python:3.12-slim }`"],
  });
}

/** The different environments that containers are made for, with the stages that use each. */
function containerEnvironments(
  project: Project,
  config: ProjectConfig,
): { readonly environment: EnvironmentConfig; readonly stages: string[] }[] {
  const groups = new Map<string, { environment: EnvironmentConfig; stages: string[] }>();
  for (const [stage, environment] of environmentsOf(config)) {
    if (project.environment(environment.use).kind === "host") continue;
    const { image, build, systemPackages, pythonLock, use } = environment;
    const key = canonicalJson({ image, build, systemPackages, pythonLock, use });
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { environment, stages: [stage] });
    else group.stages.push(stage);
  }
  return [...groups.values()];
}

function environmentsOf(config: ProjectConfig): [string, EnvironmentConfig][] {
  const stages = Object.entries(config.stages);
  if (stages.length === 0) return [["no stage yet", config.environment]];
  return stages.map(([name, stage]) => [name, stage.environment]);
}
