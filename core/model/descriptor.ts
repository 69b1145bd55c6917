import type { Digest } from "./digest.ts";

/** Points at bytes: what they are, what they hash to, and how many. After OCI image-spec v1.1, descriptor. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** Media types of what aero stores. */
export const MEDIA_TYPE = {
  file: "application/octet-stream",
  manifest: "application/vnd.aero.manifest.v1+jsonl",
  version: "application/vnd.aero.experiment-version.v1+json",
  record: "application/vnd.aero.record.v1+json",
  sourcePack: "application/vnd.aero.source-pack.v1",
  inventory: "application/vnd.cyclonedx+json",
  log: "text/plain",
  journal: "application/vnd.aero.journal.v1+jsonl",
  imageManifest: "application/vnd.oci.image.manifest.v1+json",
  imageConfig: "application/vnd.oci.image.config.v1+json",
  imageLayer: "application/vnd.oci.image.layer.v1.tar",
} as const;
