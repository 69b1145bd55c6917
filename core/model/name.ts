import { UserError } from "../errors.ts";

const NAME = /^[a-z0-9]([a-z0-9._-]{0,126}[a-z0-9])?$/i;

/**
 * Checks the name of a project, stage, artifact, input, output, alias or tag: 1 to 128 letters, digits, `.`, `_`
 * and `-`, beginning and ending with a letter or digit, without `..`. Such a name is safe as a path and as a key.
 *
 * @param what Names the kind of thing in the message: `artifact`.
 * @throws {UserError} `name_invalid`.
 */
export function parseName(text: string, what: string): string {
  if (NAME.test(text) && !text.includes("..")) return text;
  throw new UserError("name_invalid", {
    what: `Cannot use ${JSON.stringify(text)} as the name of ${/^[aeiou]/.test(what) ? "an" : "a"} ${what}`,
    why:
      "a name has 1 to 128 letters, digits, dots, underscores and dashes, and begins and ends with a letter or digit",
  });
}

/** Whether `text` can be a name, see {@link parseName}. */
export function isName(text: string): boolean {
  return NAME.test(text) && !text.includes("..");
}

/** An artifact as a person names it: `name` of this project, or `project/name` of another in the same storage. */
export interface ArtifactName {
  readonly project: string;
  readonly name: string;
}

/**
 * Reads `name` or `project/name`.
 *
 * @throws {UserError} `name_invalid`.
 */
export function parseArtifactName(text: string, ownProject: string): ArtifactName {
  const slash = text.indexOf("/");
  if (slash < 0) return { project: ownProject, name: parseName(text, "artifact") };
  return {
    project: parseName(text.slice(0, slash), "project"),
    name: parseName(text.slice(slash + 1), "artifact"),
  };
}

/** An artifact and which version of it. */
export interface ArtifactReference {
  readonly artifact: ArtifactName;
  readonly version: VersionSelector;
}

/** `latest` is the newest label; the others are `:v3`, `@alias`, and `:sha256:…` or a prefix of it. */
export type VersionSelector =
  | { readonly by: "latest" }
  | { readonly by: "label"; readonly number: number }
  | { readonly by: "alias"; readonly alias: string }
  | { readonly by: "digest"; readonly prefix: string };

/**
 * Reads `name`, `name:v3`, `name@alias`, `name:sha256:ab12…` (also with `project/` before the name).
 *
 * @throws {UserError} `name_invalid`, `reference_invalid`.
 */
export function parseArtifactReference(text: string, ownProject: string): ArtifactReference {
  const cut = text.search(/[:@]/);
  const artifact = parseArtifactName(cut < 0 ? text : text.slice(0, cut), ownProject);
  return { artifact, version: cut < 0 ? { by: "latest" } : parseVersionSelector(text.slice(cut)) };
}

/**
 * Reads what follows an artifact's name: `:v3`, `@alias`, `:sha256:ab12…`, `:latest`.
 *
 * @throws {UserError} `reference_invalid`.
 */
export function parseVersionSelector(text: string): VersionSelector {
  if (text === ":latest") return { by: "latest" };
  const label = /^:v([1-9][0-9]{0,8})$/.exec(text);
  if (label) return { by: "label", number: Number(label[1]) };
  if (text.startsWith("@")) return { by: "alias", alias: parseName(text.slice(1), "alias") };
  const digest = /^:(?:sha256:)?([0-9a-f]{6,64})$/.exec(text);
  if (digest) return { by: "digest", prefix: digest[1]! };
  throw new UserError("reference_invalid", {
    what: `Cannot read ${JSON.stringify(text)} as a version of an artifact`,
    why: "a version is :v3, @alias, :latest, or : and at least 6 hex digits of its digest",
  });
}
