import { CorruptionError } from "../errors.ts";
import type { StoredDocument } from "./documents.ts";

/**
 * Reads a document of the storage.
 *
 * @param otherwise What to do, if `read` does not say it.
 * @throws {CorruptionError} What `read` throws, with the document's key: who has to mend it must know which it is.
 */
export function readNamed<T>(
  { object: { key }, bytes }: Pick<StoredDocument, "bytes"> & { readonly object: { readonly key: string } },
  read: (bytes: Uint8Array) => T,
  otherwise: readonly string[] = ["`aero storage fsck --repair`"],
): T {
  try {
    return read(bytes);
  } catch (cause) {
    if (!(cause instanceof CorruptionError)) throw cause;
    const { what, why, fix } = cause.report;
    throw new CorruptionError(cause.code, {
      what,
      why: why === undefined ? `it is ${key} in the storage` : `${key} in the storage: ${why}`,
      fix: fix ?? otherwise,
    }, { cause });
  }
}
