import { AeroError } from "../errors.ts";
import type { ImageRecord } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import type { ProgramApiPlugin } from "../plugin/program_api.ts";
import { packagesOf } from "../format/inventory_packages.ts";
import { type ServedApis, serveProgramApis } from "./program_apis.ts";
import type { ProgramSink } from "./program_log.ts";
import type { RunDirectory } from "./run_directory.ts";
import type { ProgramApis, RunServices } from "./run_services.ts";
import type { StageJob } from "./stage_job.ts";

// What brings a library for Python into an image, as inventories name it.
const ECOSYSTEMS = ["pypi", "conda"];

/** What choosing and serving APIs needs. */
export type ApiServices = Pick<RunServices, "store" | "objects" | "programApis">;

/**
 * Serves a stage's program the APIs whose library its image has. On the host, where looking for libraries takes longer
 * than serving, all are served.
 *
 * @returns `undefined` if there is none.
 */
export async function serveStageApis(
  job: Pick<StageJob, "plan" | "image" | "secrets">,
  { run, directory }: { readonly run: RunId; readonly directory: RunDirectory },
  services: ApiServices,
  to: { readonly sink: ProgramSink; readonly warn: (text: string) => void },
): Promise<ServedApis | undefined> {
  const { programApis: all } = services;
  if (all === undefined || all.plugins.length === 0) return undefined;
  const { version, key } = job.plan;
  const { environment } = version;
  const relayed = environment.kind === "container" && environment.network !== "host";
  const apis = environment.kind === "host"
    ? all
    : await apisOfImage(all, job.image, { relayed, services, warn: to.warn });
  if (apis === undefined) return undefined;
  return serveProgramApis(apis, {
    run,
    project: version.project,
    stage: version.stage,
    stageKey: key,
    params: version.params,
    env: environment.env,
    secrets: Object.keys(job.secrets),
  }, {
    at: relayed ? { directory: directory.api } : "loopback",
    files: directory.logged,
    ...to,
  });
}

async function apisOfImage(
  apis: ProgramApis,
  image: ImageRecord | undefined,
  { relayed, services, warn }: {
    readonly relayed: boolean;
    readonly services: ApiServices;
    readonly warn: (text: string) => void;
  },
): Promise<ProgramApis | undefined> {
  if (image?.inventory === undefined) return undefined;
  const packages = await readPackages(image.inventory, services, warn);
  const plugins = packages === undefined ? [] : apisWithLibrary(apis.plugins, packages, relayed);
  return plugins.length === 0 ? undefined : { ...apis, plugins };
}

/**
 * The APIs that programs in an image can be served.
 *
 * @param packages As {@link packagesOf} gives them.
 * @param relayed Whether they have a network of their own.
 */
export function apisWithLibrary(
  plugins: readonly ProgramApiPlugin[],
  packages: ReadonlyMap<string, string>,
  relayed: boolean,
): ProgramApiPlugin[] {
  // Elsewhere containers run in a virtual machine, which neither this machine's sockets nor its loopback device reach.
  if (Deno.build.os !== "linux") return [];
  // What relays is a program for the Python of the image.
  if (relayed && !packages.has("python@generic")) return [];
  return plugins.filter((plugin) =>
    plugin.packages.some((name) => ECOSYSTEMS.some((ecosystem) => packages.has(`${name}@${ecosystem}`)))
  );
}

/** What an image has; `undefined`, which is told, if its inventory is not to be had: a run does not fail by that. */
async function readPackages(
  inventory: NonNullable<ImageRecord["inventory"]>,
  { store, objects }: ApiServices,
  warn: (text: string) => void,
): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const bytes = await store.getBytes(inventory);
    // Each run in this image asks for it.
    await objects.keep(inventory.digest, bytes);
    return packagesOf(bytes);
  } catch (error) {
    if (!(error instanceof AeroError)) throw error;
    warn(`what the image holds could not be read, so that programs are served no API: ${error.message}`);
    return undefined;
  }
}
