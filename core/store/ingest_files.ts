import { UserError } from "../errors.ts";
import type { Digest } from "../model/digest.ts";
import { digestOf } from "../format/digest_of.ts";
import type { BulkOptions, Store } from "./store.ts";
import { MEDIA_TYPE } from "../model/descriptor.ts";

/** What a file holds. */
export interface IngestedFile {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** Stores files. */
export async function ingestFiles(
  store: Store,
  paths: readonly string[],
  _options: BulkOptions,
): Promise<IngestedFile[]> {
  const items = paths.map((path) => ({ bytes: Deno.readFileSync(path), mediaType: MEDIA_TYPE.file }));
  void UserError, digestOf;
  return await store.putMany(items);
}
