import type { ExperimentVersion } from "../model/experiment_version.ts";
import type { RunRecord } from "../model/run.ts";
import { recordedImage } from "../plugin/environment.ts";
import { restoreImage } from "../store/images.ts";
import type { ReadyEnvironment } from "./environment_session.ts";
import type { Project } from "./project.ts";
import type { RunObserver } from "./run_services.ts";

/**
 * Opens the environment that a recorded run had: the very image, loaded from storage if the engine lacks it.
 *
 * @throws {EnvironmentError} `engine_unavailable` and others; {CorruptionError} if the stored image is damaged.
 */
export async function openRecorded(
  project: Project,
  record: RunRecord,
  version: ExperimentVersion,
  options: { readonly observer: Pick<RunObserver, "note">; readonly signal: AbortSignal },
): Promise<ReadyEnvironment> {
  if (version.environment.kind === "host") {
    return { environment: await project.environment("host").open() };
  }
  const { use } = project.config.environment;
  const image = recordedImage(version.environment);
  const environment = await project.environment(use === "host" ? "auto" : use).open(image);
  if (environment.kind === "host") throw new TypeError(`${use} opens no containers`);
  if (await environment.inspect(image, options) === undefined) {
    options.observer.note("loading the image from storage");
    await environment.load(image, restoreImage(project.services.store, record.image!.manifest), options);
  }
  return { environment, ...(record.image === undefined ? {} : { image: record.image }) };
}
