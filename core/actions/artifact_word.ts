import type { App } from "../app.ts";
import { UserError } from "../errors.ts";
import {
  type ArtifactName,
  type ArtifactReference,
  parseArtifactName,
  parseArtifactReference,
} from "../model/name.ts";
import { nearest } from "../model/nearest.ts";
import { searchedPlace } from "./outside_project.ts";

const MOST_NAMES = 8;

/**
 * The version of an artifact that a person means. A name without a project is one of this project; where there is
 * none, of the only project in the storage that has it.
 *
 * @throws {UserError} `name_invalid`, `reference_invalid`; outside a project also `artifact_not_found`,
 * `artifact_ambiguous`.
 */
export async function artifactReference(app: App, text: string): Promise<ArtifactReference> {
  const { config } = await app.openProject();
  const { artifact, version } = parseArtifactReference(text, config.project);
  return { artifact: await located(app, artifact, text), version };
}

/** The artifact that a person means, as {@link artifactReference} finds it. */
export async function artifactNamed(app: App, text: string): Promise<ArtifactName> {
  const { config } = await app.openProject();
  return await located(app, parseArtifactName(text, config.project), text);
}

async function located(app: App, artifact: ArtifactName, text: string): Promise<ArtifactName> {
  const { outside, services: { catalog } } = await app.openProject();
  if (!outside) return artifact;
  const isWhole = text.split(/[:@]/)[0]!.includes("/");
  const known = await catalog.names();
  const fits = known.filter(({ project, name }) =>
    name === artifact.name && (!isWhole || project === artifact.project)
  );
  if (fits.length > 1) throw ambiguousArtifact(text, fits);
  return fits[0] ?? await notFound(app, isWhole ? wholeName(artifact) : artifact.name, known);
}

/** The error for a name that several projects of the storage have. */
export function ambiguousArtifact(word: string, fits: readonly ArtifactName[]): UserError {
  const rest = /[:@].*$/s.exec(word)?.[0] ?? "";
  return new UserError("artifact_ambiguous", {
    what: `Cannot tell which artifact ${JSON.stringify(word)} is`,
    why: `${fits.length} projects have one of that name`,
    fix: fits.slice(0, 5).map((one) => `write \`${wholeName(one)}${rest}\``),
  });
}

async function notFound(app: App, name: string, known: readonly ArtifactName[]): Promise<never> {
  const names = known.map(wholeName);
  const last = name.slice(name.indexOf("/") + 1);
  const like = nearest(name, names) ?? nearest(last, known.map((one) => one.name)) ?? last;
  const near = names.find((one) => one === like || one.endsWith(`/${like}`));
  const { place, elsewhere } = await searchedPlace(app);
  const more = names.length > MOST_NAMES ? `, and ${names.length - MOST_NAMES} more` : "";
  throw new UserError("artifact_not_found", {
    what: `Cannot find the artifact ${JSON.stringify(name)}`,
    why: names.length === 0
      ? `${place} has no artifacts`
      : `${place} has ${names.slice(0, MOST_NAMES).join(", ")}${more}`,
    fix: [...(near === undefined ? [] : [`write \`${near}\``]), ...elsewhere],
  });
}

function wholeName({ project, name }: ArtifactName): string {
  return `${project}/${name}`;
}
