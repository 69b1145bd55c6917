import type { App } from "../app.ts";
import type { EnvironmentConfig } from "../config/project_config.ts";
import { AeroError } from "../errors.ts";
import { canonicalJson } from "../format/canonical_json.ts";
import type { Digest } from "../model/digest.ts";
import type { ContainerIdentity, HostIdentity, NetworkMode } from "../model/experiment_version.ts";
import type { JsonObject } from "../model/json.ts";
import type { HostRecord, Limits } from "../model/run.ts";
import { chooseApis, type UnservedWhy } from "../pipeline/choose_apis.ts";
import { CommitFilesOf } from "../pipeline/commit_files_of.ts";
import { type EnvironmentSession, environmentSessions } from "../pipeline/environment_session.ts";
import { buildGraph, selectStages } from "../pipeline/graph.ts";
import { packagesOf } from "../format/inventory_packages.ts";
import type { CommitFiles } from "../pipeline/image/commit_files.ts";
import { findKeptImage } from "../pipeline/image/kept_image.ts";
import type { Project } from "../pipeline/project.ts";
import { lookAtCode, readLockOf, type VisibleCode } from "../pipeline/visible_code.ts";
import { recordedImage } from "../plugin/environment.ts";

/** A package in an image. */
export interface ShownPackage {
  readonly name: string;
  /** `deb`, `pypi`, …. */
  readonly ecosystem: string;
  readonly version: string;
}

/** What some stages run in. */
export interface ShownEnvironment {
  readonly type: "environment";
  /** Empty in a project without stages. */
  readonly stages: readonly string[];
  readonly kind: "container" | "host";
  readonly use: string;
  readonly platform?: string;
  /** Base image or Dockerfile, as the config names it. */
  readonly from?: string;
  readonly systemPackages: readonly string[];
  readonly pythonLock?: string;
  /** Present once aero.lock has it. */
  readonly image?: Digest;
  /** Why the image cannot be told. */
  readonly problem?: { readonly code: string; readonly why: string; readonly fix: readonly string[] };
  /** Whether the storage has the image. */
  readonly kept?: boolean;
  readonly network: NetworkMode;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly { readonly name: string; readonly set: boolean }[];
  readonly runArgs: readonly string[];
  readonly limits: Limits;
  /** Packages in the image by ecosystem; present if it was looked into. */
  readonly inventory?: Readonly<Record<string, number>>;
  /** Names of the APIs that programs in it can log to. */
  readonly programApis: readonly string[];
  /** All others, with the reason. */
  readonly unservedApis: readonly { readonly name: string; readonly why: UnservedWhy }[];
  readonly packages?: readonly ShownPackage[];
  /** The CycloneDX document of the packages. */
  readonly document?: JsonObject;
  /** The machine; for hosts. */
  readonly host?: HostRecord;
}

/** Tells what stages run in; those with the same environment together. */
export async function shownEnvironments(
  app: App,
  options: { readonly stage?: string; readonly packages: boolean },
): Promise<ShownEnvironment[]> {
  await app.requireRoot();
  const project = await app.openProject();
  const visible = await visibleCode(project);
  const { code } = visible instanceof AeroError ? { code: undefined } : visible;
  const { stages, environment } = code?.config ?? project.config;
  if (options.stage !== undefined) {
    selectStages(buildGraph(stages), { stages: [options.stage], only: [] });
  }
  const names = options.stage === undefined ? Object.keys(stages) : [options.stage];
  const wanted = names.length === 0
    ? [{ name: undefined, config: environment }]
    : names.map((name) => ({ name, config: stages[name]!.environment }));
  const observer = app.observer(), { signal } = app;
  if (visible instanceof AeroError) {
    // Before the first commit an image that is named is known by the lock; what is built from files is not.
    const locked = {
      files: filesWithout(visible),
      lock: await readLockOf(project.directory),
      mode: "locked",
    } as const;
    const early = environmentSessions(project, locked, { observer, signal });
    const identityOf: IdentityOf = visible.code === "no_commit" && locked.lock.length > 0
      ? (config) => early(config).identity()
      : () => Promise.reject(visible);
    return await show(app, project, wanted, identityOf, options);
  }
  const { repository, identity, lock } = visible.code;
  await using files = new CommitFilesOf(repository.objects, identity.tree, identity.directory, app.signal);
  const session = environmentSessions(project, { files, lock, mode: "locked" }, {
    observer,
    signal,
  });
  return await show(app, project, wanted, (config) => session(config).identity(), options);
}

/** The code, or why there is none to look at; what the config says can be told without it. */
async function visibleCode(project: Project): Promise<VisibleCode | AeroError> {
  try {
    return await lookAtCode(project, await project.repository());
  } catch (error) {
    if (error instanceof AeroError && error.kind === "user") return error;
    throw error;
  }
}

/** Files of a commit that is not there. */
function filesWithout(error: AeroError): CommitFiles {
  const missing = () => Promise.reject(error);
  return { objectId: missing, read: missing, directory: missing };
}

type IdentityOf = (config: EnvironmentConfig) => ReturnType<EnvironmentSession["identity"]>;

async function show(
  app: App,
  project: Project,
  wanted: readonly { readonly name: string | undefined; readonly config: EnvironmentConfig }[],
  identityOf: IdentityOf,
  options: { readonly packages: boolean },
): Promise<ShownEnvironment[]> {
  const groups = Map.groupBy(wanted, ({ config }) => canonicalJson({ ...config }));
  return await Promise.all([...groups.values()].map(async (group): Promise<ShownEnvironment> => {
    const { config } = group[0]!;
    const { use, image, build, systemPackages, pythonLock, network, env, secrets, runArgs, limits } = config;
    const { kind } = project.environment(use);
    const from = image ?? build?.dockerfile;
    return {
      type: "environment",
      stages: group.flatMap(({ name }) => name === undefined ? [] : [name]),
      kind,
      use,
      ...(kind === "host" || from === undefined ? {} : { from }),
      systemPackages: kind === "host" ? [] : systemPackages,
      ...(pythonLock === undefined || kind === "host" ? {} : { pythonLock }),
      network: kind === "host" ? "host" : network,
      env,
      secrets: secrets.map((name) => ({ name, set: app.variables.get(name) !== undefined })),
      runArgs: kind === "host" ? [] : runArgs,
      limits,
      ...(kind === "host"
        ? { host: await project.services.describeHost(), ...apisFor(config, project, "host") }
        : await identified(() => identityOf(config), project, { ...options, config })),
    };
  }));
}

type Identified = Partial<ShownEnvironment> & Pick<ShownEnvironment, "programApis" | "unservedApis">;

async function identified(
  identity: () => Promise<ContainerIdentity | HostIdentity>,
  project: Project,
  options: { readonly packages: boolean; readonly config: EnvironmentConfig },
): Promise<Identified> {
  try {
    const known = await identity();
    if (known.kind === "host") throw new TypeError("A container's environment is a host");
    const { image, platform } = known;
    return { image, platform, ...await inventoryOf(image, project, options) };
  } catch (error) {
    if (!(error instanceof AeroError) || error.kind !== "user") throw error;
    const { what, why, fix } = error.report;
    const problem = { code: error.code, why: why ?? what, fix: fix ?? [] };
    return { problem, ...apisFor(options.config, project, undefined) };
  }
}

async function inventoryOf(
  image: Digest,
  project: Project,
  options: { readonly packages: boolean; readonly config: EnvironmentConfig },
): Promise<Identified> {
  const { services } = project;
  const kept = await findKeptImage(services.store, recordedImage({ image }));
  if (kept?.inventory === undefined) {
    return { kept: kept !== undefined, ...apisFor(options.config, project, undefined) };
  }
  const bytes = await services.store.getBytes(kept.inventory);
  const found = packagesOf(bytes);
  const apis = apisFor(options.config, project, found);
  const packages = [...found].map(([key, version]): ShownPackage => {
    const at = key.lastIndexOf("@");
    return { name: key.slice(0, at), ecosystem: key.slice(at + 1), version };
  });
  const inventory: Record<string, number> = {};
  for (const { ecosystem } of packages) {
    if (ecosystem !== "operating-system") inventory[ecosystem] = (inventory[ecosystem] ?? 0) + 1;
  }
  if (!options.packages) return { kept: true, inventory, ...apis };
  return {
    kept: true,
    inventory,
    ...apis,
    packages,
    document: JSON.parse(new TextDecoder().decode(bytes)),
  };
}

/** @param packages What the image has, if that is known. */
function apisFor(
  { env, secrets, network, loggingApis: asked }: EnvironmentConfig,
  { services }: Project,
  packages: ReadonlyMap<string, string> | "host" | undefined,
): Pick<ShownEnvironment, "programApis" | "unservedApis"> {
  const { served, unserved } = chooseApis(services.programApis?.plugins ?? [], {
    env,
    secrets,
    ...(asked === undefined ? {} : { asked }),
    ...(packages === "host"
      ? {}
      : { container: { relayed: network !== "host", ...(packages === undefined ? {} : { packages }) } }),
  });
  return {
    programApis: served.map(({ name }) => name),
    unservedApis: unserved.map(({ plugin, why }) => ({ name: plugin.name, why })),
  };
}
