import type { App } from "../app.ts";
import { UserError } from "../errors.ts";
import type { KnownVersion } from "../model/lineage.ts";
import { type ArtifactReference, isName, parseArtifactReference } from "../model/name.ts";
import type { RunId } from "../model/run_id.ts";
import { StorageError } from "../plugin/storage.ts";
import type { Project } from "../pipeline/project.ts";
import { ambiguousArtifact } from "./artifact_word.ts";
import { findRun } from "./run_lookups.ts";

/** What a person names: a run, or a version of an artifact. */
export type Named =
  | { readonly run: RunId }
  | { readonly reference: ArtifactReference; readonly version: KnownVersion };

/**
 * Finds what is meant by a word that may name an artifact or a run. `model` and `model:v3` are artifacts if there is
 * one of that name; all else is a run. Where there is no project, artifacts of all projects count.
 *
 * @param of Name of a project, where there is none.
 * @throws {UserError} `artifact_ambiguous`; as {@link findRun}, and those of a reference to an artifact.
 */
export async function findStored(app: App, word: string, of?: string): Promise<Named> {
  const { services: { catalog }, config, outside } = await app.openProject();
  const base = word.split(/[:@]/)[0]!;
  const name = base.split("/").at(-1)!;
  if (base !== "" && isName(name)) {
    const everywhere = outside && of === undefined && !base.includes("/");
    const reference = parseReference(word, of ?? config.project);
    const names = reference === undefined
      ? []
      : await catalog.names(everywhere ? undefined : reference.artifact.project);
    const fits = names.filter((one) => one.name === name);
    if (fits.length > 1) throw ambiguousArtifact(word, fits);
    if (reference !== undefined && fits.length === 1) {
      const found = { ...reference, artifact: fits[0]! };
      return { reference: found, version: await catalog.resolve(found) };
    }
  }
  return { run: await findRun(app, word) };
}

function parseReference(word: string, project: string): ArtifactReference | undefined {
  try {
    return parseArtifactReference(word, project);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Refuses to go on without a storage that answers. @throws {StorageError} `unavailable`; {UserError} `offline`. */
export function requireStorage({ services: { store } }: Project, what: string): void {
  const { outbox } = store;
  if (outbox === undefined || !outbox.isAway) return;
  if (outbox.isOffline) {
    throw new UserError("offline", {
      what,
      why: "--offline or AERO_OFFLINE says that the storage is not to be asked",
      fix: ["leave it out"],
    });
  }
  const { report } = outbox.trouble!;
  throw new StorageError("unavailable", {
    what,
    why: `${outbox.location} cannot be reached: ${report.why ?? report.what}`,
    fix: [
      ...(report.fix ?? []),
      "see what is wrong: `aero storage check`",
      "try again when it can be reached",
    ],
  }, { cause: outbox.trouble });
}
