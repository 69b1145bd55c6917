import type { App } from "../app.ts";
import { UserError } from "../errors.ts";
import type { ArtifactAlias } from "../format/alias_format.ts";
import { labelName } from "../model/lineage.ts";
import { type ArtifactName, parseName, parseVersionSelector } from "../model/name.ts";
import { labelled } from "../store/artifact_selection.ts";
import { labelsOf } from "./artifact_versions.ts";
import { artifactNamed, artifactReference } from "./artifact_word.ts";

/** An alias, as commands give it. */
export interface AliasItem {
  readonly type: "alias";
  readonly project: string;
  readonly artifact: string;
  readonly alias: string;
  /** `v3`. */
  readonly label: string;
  /** Epoch milliseconds. */
  readonly movedAt: number;
}

/**
 * Lets `NAME@ALIAS` stand for a version from now on.
 *
 * @returns The alias; `before` is what it stood for until now.
 * @throws {UserError} `alias_unnamed`, `name_invalid`, `artifact_not_found`, `label_not_found`, ….
 */
export async function setAlias(
  app: App,
  reference: string,
  version: string,
): Promise<AliasItem & { readonly before?: string }> {
  const { services: { catalog, now } } = await app.openProject();
  const { artifact, alias } = await aliasNamed(app, reference);
  parseName(alias, "alias");
  await labelsOf(catalog, artifact);
  const selector = parseVersionSelector(/^[:@]/.test(version) ? version : `:${version}`);
  const { number } = labelled(await catalog.resolve({ artifact, version: selector }));
  const before = (await catalog.aliases(artifact.project, artifact.name)).find((one) => one.alias === alias);
  const set = { project: artifact.project, artifact: artifact.name, alias, number, movedAt: now() };
  await catalog.setAlias(set);
  return { ...toItem(set), ...(before === undefined ? {} : { before: labelName(before) }) };
}

/** Aliases of one artifact, or of all of the project, or of the storage where there is none; sorted. @throws {UserError} `artifact_not_found`. */
export async function listAliases(app: App, name: string | undefined): Promise<AliasItem[]> {
  const { services: { catalog }, config, outside } = await app.openProject();
  const names = name === undefined
    ? await catalog.names(outside ? undefined : config.project)
    : [await artifactNamed(app, name)];
  if (name !== undefined) await labelsOf(catalog, names[0]!);
  const found = await Promise.all(names.map((one) => catalog.aliases(one.project, one.name)));
  return found.flat().map(toItem);
}

/** Removes an alias. @throws {UserError} `alias_not_found`, `artifact_not_found`. */
export async function removeAlias(app: App, reference: string): Promise<AliasItem> {
  const { services: { catalog } } = await app.openProject();
  const { artifact, alias } = await aliasNamed(app, reference);
  const { number } = labelled(await catalog.resolve({ artifact, version: { by: "alias", alias } }));
  const set = (await catalog.aliases(artifact.project, artifact.name)).find((one) => one.alias === alias);
  await catalog.removeAlias(artifact, alias);
  return toItem(set ?? { ...artifact, artifact: artifact.name, alias, number, movedAt: 0 });
}

async function aliasNamed(app: App, reference: string): Promise<{ artifact: ArtifactName; alias: string }> {
  const { artifact, version } = await artifactReference(app, reference);
  if (version.by === "alias") return { artifact, alias: version.alias };
  throw new UserError("alias_unnamed", {
    what: `Cannot find an alias in ${JSON.stringify(reference)}`,
    why: "it is written NAME@ALIAS",
    fix: [`\`aero artifact alias set ${artifact.name}@best :v1\``],
  });
}

function toItem({ project, artifact, alias, number, movedAt }: Omit<ArtifactAlias, "schema">): AliasItem {
  return { type: "alias", project, artifact, alias, label: labelName({ number }), movedAt };
}
