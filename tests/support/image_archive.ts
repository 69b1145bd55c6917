import { pack } from "tar-stream";
import { digestOf } from "../../core/format/digest_of.ts";
import { type Digest, digestHex } from "../../core/model/digest.ts";
import type { ImageDigest } from "../../core/plugin/environment.ts";

/** A small image, made by a test. */
export interface TestImage {
  readonly image: ImageDigest;
  readonly config: Uint8Array;
  /** Lowest first. */
  readonly layers: readonly Uint8Array[];
  readonly diffIds: readonly Digest[];
}

/** An image of these layers, whatever bytes they are. */
export function testImage(...layers: readonly Uint8Array[]): TestImage {
  const diffIds = layers.map((layer) => digestOf(layer));
  const config = new TextEncoder().encode(
    JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: diffIds } }),
  );
  return { image: digestOf(config) as ImageDigest, config, layers, diffIds };
}

/** A layer of many bytes, told apart by `seed`. */
export function testLayer(seed: number, size = 1_500_000): Uint8Array {
  return new Uint8Array(size).map((_, i) => (i * 31 + seed * 7 + (i >> 9)) & 0xff);
}

/** A member of an archive: bytes, or where a symbolic link points. */
export type Members = readonly (readonly [path: string, content: Uint8Array | { readonly link: string }])[];

/** A tar of these members. */
export function tarOf(members: Members): ReadableStream<Uint8Array> {
  const archive = pack();
  for (const [name, content] of members) {
    if (content instanceof Uint8Array) archive.entry({ name }, content as never);
    else archive.entry({ name, type: "symlink", linkname: content.link });
  }
  archive.finalize();
  return ReadableStream.from(archive as AsyncIterable<Uint8Array>);
}

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** How the engines write an image. */
export const LAYOUTS: Readonly<Record<string, (image: TestImage) => Members>> = {
  "podman 4": ({ image, config, layers, diffIds }) => [
    ...layers.map((layer, i) => [`${digestHex(diffIds[i]!)}.tar`, layer] as const),
    [`${digestHex(image)}.json`, config],
    ...layers.map((_, i) => [`chain${i}/layer.tar`, { link: `../${digestHex(diffIds[i]!)}.tar` }] as const),
    [
      "manifest.json",
      bytes([{
        Config: `${digestHex(image)}.json`,
        RepoTags: [],
        Layers: diffIds.map((id) => `${digestHex(id)}.tar`),
      }]),
    ],
  ],
  "docker 20.10": ({ image, config, layers, diffIds }) => [
    ...layers.map((layer, i) => {
      const first = diffIds.indexOf(diffIds[i]!);
      return [`layer${i}/layer.tar`, first === i ? layer : { link: `../layer${first}/layer.tar` }] as const;
    }),
    [`${digestHex(image)}.json`, config],
    [
      "manifest.json",
      bytes([{
        Config: `${digestHex(image)}.json`,
        RepoTags: null,
        Layers: layers.map((_, i) => `layer${i}/layer.tar`),
      }]),
    ],
    ["repositories", bytes({})],
  ],
  "docker 25": ({ image, config, layers, diffIds }) => [
    ...layers.map((layer, i) => [`blobs/sha256/${digestHex(diffIds[i]!)}`, layer] as const),
    [`blobs/sha256/${digestHex(image)}`, config],
    ["index.json", bytes({ schemaVersion: 2, manifests: [] })],
    [
      "manifest.json",
      bytes([{
        Config: `blobs/sha256/${digestHex(image)}`,
        RepoTags: null,
        Layers: diffIds.map((id) => `blobs/sha256/${digestHex(id)}`),
      }]),
    ],
    ["oci-layout", bytes({ imageLayoutVersion: "1.0.0" })],
  ],
};
