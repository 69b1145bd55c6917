import type { Digest } from "../model/digest.ts";
import type { BulkOptions, Store } from "./store.ts";

/** A file to write. */
export interface FileToWrite {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** Absolute. */
  readonly path: string;
  readonly executable: boolean;
}

/** Writes files. */
export async function extractFiles(
  store: Store,
  items: readonly FileToWrite[],
  options: BulkOptions,
): Promise<void> {
  for (const item of items) {
    const bytes = await store.getBytes({ ...item, mediaType: "" }, options);
    Deno.writeFileSync(item.path, bytes, { mode: item.executable ? 0o555 : 0o444, createNew: true });
  }
}
