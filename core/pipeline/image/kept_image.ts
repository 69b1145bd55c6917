import { CorruptionError } from "../../errors.ts";
import { type KeptImage, readKeptImage, writeKeptImage } from "../../format/image_format.ts";
import type { OperationOptions } from "../../plugin/context.ts";
import type { ImageDigest } from "../../plugin/environment.ts";
import { bytesBody, isStorageError, type Storage } from "../../plugin/storage.ts";
import type { ImageStore } from "../../store/images.ts";
import { imageKey } from "../../store/keys.ts";

/** A store of images, and where their documents lie beside it. */
export interface ImageArchive extends ImageStore {
  readonly storage: Pick<Storage, "get" | "put">;
  /** Whether the storage is not asked, so that only what is known here can be had. */
  readonly isAway?: boolean;
}

/**
 * Where a kept image is in the store; `undefined` if it was never kept, or is not known to be while the storage is away.
 *
 * @throws {CorruptionError} `image_invalid`, also if the document is that of another image.
 */
export async function findKeptImage(
  archive: Pick<ImageArchive, "storage" | "isAway">,
  image: ImageDigest,
  options: OperationOptions = {},
): Promise<KeptImage | undefined> {
  let stream;
  try {
    stream = await archive.storage.get(imageKey(image), options);
  } catch (error) {
    if (isStorageError(error, "not_found")) return undefined;
    if (archive.isAway && isStorageError(error, "unavailable")) return undefined;
    throw error;
  }
  const kept = readKeptImage(new Uint8Array(await new Response(stream).arrayBuffer()));
  if (kept.image === image) return kept;
  throw new CorruptionError("image_invalid", {
    what: `Cannot read ${imageKey(image)}`,
    why: `it tells of the image ${kept.image}`,
  });
}

/** Names a kept image; all objects that the document names are stored already. */
export async function nameKeptImage(
  archive: Pick<ImageArchive, "storage">,
  kept: KeptImage & { readonly image: ImageDigest },
  options: OperationOptions = {},
): Promise<void> {
  await archive.storage.put(imageKey(kept.image), bytesBody(writeKeptImage(kept)), options);
}
