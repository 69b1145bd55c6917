import type { Descriptor } from "../model/descriptor.ts";
import type { Digest } from "../model/digest.ts";
import { type DocumentKind, readDocument, writeDocument } from "./document.ts";
import { descriptorShape } from "./run_shape.ts";
import { digest, literal, object, optional } from "./shape.ts";

/** Where a kept image is: `images/<hex of its config digest>.json`, written after all objects it names. */
export interface KeptImage {
  readonly schema: "aero/image@1";
  /** The image's config digest. */
  readonly image: Digest;
  /** OCI image manifest; its config and layers are objects too. */
  readonly manifest: Descriptor;
  /** CycloneDX document of the packages inside; absent until the image was looked into. */
  readonly inventory?: Descriptor;
}

const KEPT_IMAGE: DocumentKind<KeptImage> = {
  code: "image",
  title: "the document of a kept image",
  schema: "aero/image@1",
  shape: object<KeptImage>({
    schema: literal("aero/image@1"),
    image: digest(),
    manifest: descriptorShape,
    inventory: optional(descriptorShape),
  }),
};

/** The bytes of a kept image's document: canonical JSON. */
export function writeKeptImage(image: KeptImage): Uint8Array<ArrayBuffer> {
  return writeDocument(KEPT_IMAGE, image);
}

/**
 * Reads the document of a kept image.
 *
 * @throws {CorruptionError} `image_invalid`.
 * @throws {UserError} `image_newer`.
 */
export function readKeptImage(bytes: Uint8Array): KeptImage {
  return readDocument(KEPT_IMAGE, bytes);
}
