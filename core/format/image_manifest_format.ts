import { type Descriptor, MEDIA_TYPE } from "../model/descriptor.ts";
import { type DocumentKind, invalidDocument, parseJson, writeDocument } from "./document.ts";
import { descriptorShape } from "./run_shape.ts";
import { isObject, listOf, literal, object } from "./shape.ts";

/** Which objects make up an image. */
export interface ImageManifest {
  readonly config: Descriptor;
  /** Lowest first. */
  readonly layers: readonly Descriptor[];
}

/** As OCI writes it. */
interface WireImageManifest extends ImageManifest {
  readonly schemaVersion: 2;
  readonly mediaType: typeof MEDIA_TYPE.imageManifest;
}

const IMAGE_MANIFEST: DocumentKind<WireImageManifest> = {
  code: "image_manifest",
  title: "the manifest of an image",
  shape: object<WireImageManifest>({
    schemaVersion: literal(2),
    mediaType: literal(MEDIA_TYPE.imageManifest),
    config: descriptorShape,
    layers: listOf(descriptorShape),
  }),
};

/**
 * The bytes of an OCI image manifest, as canonical JSON.
 *
 * @see OCI image-spec 1.1.0, manifest.md
 */
export function writeImageManifest(image: ImageManifest): Uint8Array<ArrayBuffer> {
  return writeDocument(IMAGE_MANIFEST, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.imageManifest,
    config: image.config,
    layers: image.layers,
  });
}

/**
 * Reads an OCI image manifest.
 *
 * Fields that are not named here are passed over, as the specification asks ("Extensibility" in considerations.md),
 * and the media type may be absent, as in manifests of version 1.0.
 *
 * @throws {CorruptionError} `image_manifest_invalid`; also for an index, which lists images and is none.
 */
export function readImageManifest(bytes: Uint8Array): ImageManifest {
  const { value } = parseJson(IMAGE_MANIFEST, bytes);
  if (!isObject(value)) throw invalidDocument(IMAGE_MANIFEST, "it is not a JSON object");
  const { schemaVersion, mediaType = MEDIA_TYPE.imageManifest, config, layers } = value;
  const wire = {
    schemaVersion,
    mediaType,
    config: pickDescriptor(config),
    layers: Array.isArray(layers) ? layers.map(pickDescriptor) : layers,
  };
  const faults: string[] = [];
  IMAGE_MANIFEST.shape.check(wire, "", faults);
  if (faults.length > 0) throw invalidDocument(IMAGE_MANIFEST, faults.slice(0, 10).join("; "));
  return { config: wire.config, layers: wire.layers } as ImageManifest;
}

function pickDescriptor(value: unknown): unknown {
  if (!isObject(value)) return value;
  return { mediaType: value.mediaType, digest: value.digest, size: value.size };
}
