import { isAbort } from "../../errors.ts";
import type { OperationOptions } from "../../plugin/context.ts";
import { type ContainerEnvironment, EnvironmentError, type ImageDigest } from "../../plugin/environment.ts";
import { type Inventory, parseInventory } from "./inventory.ts";
import { INVENTORY_SCRIPT } from "./inventory_script.ts";

// 100,000 packages print some 8 MB; an image that prints without end must not fill the memory.
const MAX_OUTPUT_BYTES = 64 << 20;

/**
 * Looks into an image: runs one script in it, without network.
 *
 * An image that has no shell gives an inventory that is not `complete`, not an error.
 * @throws {EnvironmentError} `image_not_found`, `engine_unavailable`.
 */
export async function takeInventory(
  environment: Pick<ContainerEnvironment, "run">,
  image: ImageDigest,
  options: OperationOptions = {},
): Promise<Inventory> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    await environment.run({
      // A name per call, so that two at the same time do not clear away each other's container.
      runId: `inventory-${image.slice(7, 19)}-${crypto.randomUUID().slice(0, 8)}`,
      command: ["/bin/sh", "-c", INVENTORY_SCRIPT],
      image,
      env: {},
      secrets: {},
      workingDirectory: "/",
      mounts: [],
      network: "none",
      runArgs: [],
      pathPrefix: [],
      limits: {},
    }, {
      ...options,
      onStdout: (piece) => {
        if (bytes + piece.length <= MAX_OUTPUT_BYTES) pieces.push(piece.slice());
        bytes += piece.length;
      },
      onStderr: () => {},
    });
  } catch (error) {
    if (isAbort(error) || !(error instanceof EnvironmentError) || error.code !== "container_refused") {
      throw error;
    }
  }
  return parseInventory(await new Blob(pieces as BlobPart[]).text());
}
