import { projectFields } from "./project_fields.ts";
import type { StoredArtifact, World } from "./world.ts";

/** A version of an artifact as GraphQL shows it. */
export function artifactFields(world: World, artifact: StoredArtifact): Record<string, unknown> {
  const { id, digest, state, metadata, aliases, type, collection, version } = artifact;
  const sequence = {
    id: btoa(`Sequence:${collection}`),
    name: collection,
    project: projectFields(artifact.entity, artifact.project),
  };
  return {
    id,
    digest,
    state,
    metadata,
    size: 0,
    versionIndex: state === "COMMITTED" ? version : null,
    aliases: aliases.map((alias) => ({
      id: btoa(`Alias:${id}:${alias}`),
      alias,
      artifactCollection: { __typename: "ArtifactSequence", ...sequence },
    })),
    digestAlgorithm: "MANIFEST_MD5",
    tags: [],
    fileCount: 1,
    createdAt: new Date(0).toISOString().slice(0, 19),
    updatedAt: new Date(0).toISOString().slice(0, 19),
    ttlIsInherited: true,
    // A duration that says there is none.
    ttlDurationSeconds: -2,
    artifactType: { id: btoa(`ArtifactType:${type}`), name: type },
    artifactSequence: () => {
      const latest = world.artifacts.findLast((other) =>
        other.collection === collection && other.state === "COMMITTED"
      );
      return {
        ...sequence,
        latestArtifact: latest === undefined ? null : artifactFields(world, latest),
      };
    },
    currentManifest: () => {
      if (artifact.manifest?.bytes === undefined) return null;
      const url = world.downloadPath(() => artifact.manifest?.bytes);
      return {
        id: btoa(`Manifest:${id}`),
        file: { id: btoa(`File:${id}`), name: "wandb_manifest.json", directUrl: world.address + url },
      };
    },
  };
}
