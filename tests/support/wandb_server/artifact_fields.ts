import type { StoredArtifact, World } from "./world.ts";

/** A version of an artifact as GraphQL shows it. */
export function artifactFields(world: World, artifact: StoredArtifact): Record<string, unknown> {
  const { id, digest, state, metadata, aliases, type, collection, version } = artifact;
  return {
    id,
    digest,
    state,
    metadata,
    size: 0,
    versionIndex: state === "COMMITTED" ? version : null,
    aliases: aliases.map((alias) => ({ alias })),
    artifactType: { id: btoa(`ArtifactType:${type}`), name: type },
    artifactSequence: () => {
      const latest = world.artifacts.findLast((other) =>
        other.collection === collection && other.state === "COMMITTED"
      );
      return {
        id: btoa(`Sequence:${collection}`),
        name: collection,
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
