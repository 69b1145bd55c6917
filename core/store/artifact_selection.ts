import { unreachable, UserError } from "../errors.ts";
import { shortDigest } from "../model/digest.ts";
import { type ArtifactLabel, type KnownVersion, labelName } from "../model/lineage.ts";
import type { ArtifactName, VersionSelector } from "../model/name.ts";
import { nearest } from "../model/nearest.ts";

/**
 * The label that a selector stands for.
 *
 * @param labels All labels of the artifact, oldest first; not empty.
 * @throws {UserError} `label_not_found`, `digest_not_found`, `digest_ambiguous`.
 */
export function selectLabel(
  artifact: ArtifactName,
  selector: Exclude<VersionSelector, { by: "alias" }>,
  labels: readonly KnownVersion[],
): KnownVersion {
  switch (selector.by) {
    case "latest":
      return labels.at(-1)!;
    case "label":
      return labels.find((label) => label.number === selector.number) ??
        notFound(artifact, selector.number, labels);
    case "digest":
      return byDigest(artifact, selector.prefix, labels);
    default:
      return unreachable(selector);
  }
}

function byDigest(artifact: ArtifactName, prefix: string, labels: readonly KnownVersion[]): KnownVersion {
  const fits = labels.filter((label) => label.manifest.digest.startsWith(`sha256:${prefix}`));
  const digests = new Set(fits.map((label) => label.manifest.digest));
  if (digests.size === 1) return fits.at(-1)!;
  if (digests.size > 1) {
    throw new UserError("digest_ambiguous", {
      what: `Cannot tell which version of "${artifact.name}" begins with ${prefix}`,
      why: `${digests.size} do: ${
        fits.map((label) => `${labelName(label)} (${shortDigest(label.manifest.digest)})`).join(", ")
      }`,
      fix: ["give more digits, or the label"],
    });
  }
  throw new UserError("digest_not_found", {
    what: `Cannot find a version of "${artifact.name}" whose digest begins with ${prefix}`,
    why: `none of its ${labels.length} labels does`,
    fix: [`\`aero artifact show ${artifact.name}\``],
  });
}

function notFound(artifact: ArtifactName, number: number, labels: readonly KnownVersion[]): never {
  throw new UserError("label_not_found", {
    what: `Cannot find v${number} of "${artifact.name}"`,
    why: `its newest version is ${labelName(labels.at(-1)!)}`,
    fix: [`\`aero artifact show ${artifact.name}\``],
  });
}

/**
 * A version that has its label.
 *
 * @throws {UserError} `version_pending` if it waits to be sent.
 */
export function labelled(version: KnownVersion): ArtifactLabel {
  if (version.number !== undefined) return version;
  throw new UserError("version_pending", {
    what: `Cannot use this version of "${version.artifact}" by a name that others see`,
    why: "it waits on this machine to be sent, and gets its label then",
    fix: ["`aero push`"],
  });
}

/**
 * The error for an artifact without any label.
 *
 * @param known All artifacts of the storage.
 */
export function unknownArtifact(artifact: ArtifactName, known: readonly ArtifactName[]): UserError {
  const own = known.filter((other) => other.project === artifact.project).map((other) => other.name);
  const elsewhere = known.filter((other) => other.name === artifact.name);
  const near = nearest(artifact.name, own);
  const fix = [
    ...(near === undefined ? [] : [`\`${near}\` is the nearest name`]),
    ...elsewhere.map((other) => `another project has it: \`${other.project}/${other.name}\``),
    `\`aero data add PATH --name ${artifact.name}\``,
  ];
  return new UserError("artifact_not_found", {
    what: `Cannot find the artifact "${artifact.name}"`,
    why: own.length === 0
      ? `project "${artifact.project}" has no artifact in this storage`
      : `project "${artifact.project}" has ${own.slice(0, 10).join(", ")}${own.length > 10 ? ", …" : ""}`,
    fix,
  });
}
