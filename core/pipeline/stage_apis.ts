import { AeroError } from "../errors.ts";
import type { ImageRecord } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import type { ProgramApiPlugin } from "../plugin/program_api.ts";
import { packagesOf } from "../format/inventory_packages.ts";
import { canBeAskedFor, chooseApis } from "./choose_apis.ts";
import { type ServedApis, serveProgramApis } from "./program_apis.ts";
import type { ProgramSink } from "./program_log.ts";
import type { RunDirectory } from "./run_directory.ts";
import type { RunServices } from "./run_services.ts";
import type { StageJob } from "./stage_job.ts";

/** What choosing and serving APIs needs. */
export type ApiServices = Pick<RunServices, "store" | "objects" | "programApis">;

/** What a stage's program is served. */
export interface StageApis {
  /** Absent if it is nothing. */
  readonly served?: ServedApis;
  /** APIs that it would be served only if the config asked for them. */
  readonly withheld: readonly ProgramApiPlugin[];
}

/**
 * Serves a stage's program the APIs that the config asks for; if it does not say, those whose library the image has. On
 * the host, where looking for libraries takes longer than serving, that is all.
 */
export async function serveStageApis(
  job: Pick<StageJob, "plan" | "image" | "secrets" | "loggingApis">,
  { run, directory }: { readonly run: RunId; readonly directory: RunDirectory },
  services: ApiServices,
  to: { readonly sink: ProgramSink; readonly warn: (text: string) => void },
): Promise<StageApis> {
  const { programApis: all } = services;
  if (all === undefined || all.plugins.length === 0) return { withheld: [] };
  const { version, key } = job.plan;
  const { environment } = version;
  const relayed = environment.kind === "container" && environment.network !== "host";
  const asked = job.loggingApis;
  const packages = environment.kind === "host" || asked !== undefined
    ? undefined
    : await packagesIn(job.image, services, to.warn);
  const setting = { env: environment.env, secrets: Object.keys(job.secrets) };
  const { served: plugins, unserved } = chooseApis(all.plugins, {
    ...setting,
    ...(asked === undefined ? {} : { asked }),
    ...(environment.kind === "host"
      ? {}
      : { container: { relayed, ...(packages === undefined ? {} : { packages }) } }),
  });
  const withheld = unserved.filter(canBeAskedFor).map(({ plugin }) => plugin);
  for (const { plugin, why } of unserved) {
    if (why === "system" && asked !== undefined) {
      to.warn(`what the program logs with ${plugin.name} is not taken: containers are served on Linux alone`);
    }
  }
  const served = serveProgramApis({ ...all, plugins }, {
    run,
    project: version.project,
    stage: version.stage,
    stageKey: key,
    params: version.params,
    ...setting,
  }, {
    at: relayed ? { directory: directory.api } : "loopback",
    files: directory.logged,
    ...to,
  });
  return { withheld, ...(served === undefined ? {} : { served }) };
}

async function packagesIn(
  image: ImageRecord | undefined,
  services: ApiServices,
  warn: (text: string) => void,
): Promise<ReadonlyMap<string, string> | undefined> {
  return image?.inventory === undefined ? undefined : await readPackages(image.inventory, services, warn);
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
