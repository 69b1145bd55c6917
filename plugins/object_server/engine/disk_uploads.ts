import type {
  ListUploadsOptions,
  StoredObject,
  Upload,
  UploadCompletion,
  UploadedPart,
  UploadName,
  UploadPage,
  Uploads,
  UploadStart,
} from "../object_engine.ts";
import { isEngineError } from "./engine_error.ts";
import type { EngineState } from "./engine_state.ts";
import { findBucket } from "./find_version.ts";
import { assertKey } from "./key_order.ts";
import { listUploads } from "./list_rows.ts";
import { assertStorageAttributes } from "./storage_bucket.ts";
import { choosePartRows, type ChosenParts, uploadedPart } from "./upload_parts.ts";
import { requireUpload } from "./upload_row.ts";
import { parseKept } from "./kept_json.ts";

/** Uploads that are dropped in one go: one may have 10,000 parts, and others wait. */
const IDLE_AT_ONCE = 10;

/** Multipart uploads, into buckets of both kinds; their parts are bodies like those of objects. */
export class DiskUploads implements Uploads {
  readonly #state: EngineState;

  constructor(state: EngineState) {
    this.#state = state;
  }

  async create({ bucket, key, attributes, checksum, initiator }: UploadStart): Promise<Upload> {
    assertKey(key);
    const storage = this.#state.storages.get(bucket);
    if (storage !== undefined) assertStorageAttributes(bucket, attributes);
    const start = { bucket, key, attributes, initiator, ...(checksum && { checksum }) };
    return await this.#state.commit({ does: "create_upload", start, at: this.#state.now() });
  }

  // deno-lint-ignore require-await -- failures are rejections
  async stat(name: UploadName): Promise<Upload> {
    const { database } = this.#state;
    return requireUpload(database, findBucket(database, name.bucket), name);
  }

  // deno-lint-ignore require-await -- failures are rejections
  async listParts(
    name: UploadName,
    { after = 0, limit }: { readonly after?: number; readonly limit: number },
  ): Promise<{ readonly parts: readonly UploadedPart[]; readonly next?: number }> {
    const { database } = this.#state;
    requireUpload(database, findBucket(database, name.bucket), name);
    const rows = database.all(
      "SELECT * FROM upload_part WHERE upload = ? AND number > ? ORDER BY number LIMIT ?",
      name.uploadId,
      after,
      limit + 1,
    );
    const parts = rows.slice(0, limit).map(uploadedPart);
    return { parts, ...(rows.length > limit && limit > 0 && { next: parts.at(-1)!.number }) };
  }

  // deno-lint-ignore require-await -- failures are rejections
  async list(bucket: string, options: ListUploadsOptions): Promise<UploadPage> {
    const { database } = this.#state;
    return listUploads(database, findBucket(database, bucket), options);
  }

  async complete(name: UploadName, completion: UploadCompletion): Promise<StoredObject> {
    const asked = JSON.stringify(completion.parts.map(({ number, etag }) => [number, etag]));
    try {
      while (true) {
        const done = await this.#attempt(name, completion, asked);
        if (done !== undefined) return done;
      }
    } catch (error) {
      const before = isEngineError(error, "no_such_upload") ? this.#earlierAnswer(name, asked) : undefined;
      if (before === undefined) throw error;
      return before;
    }
  }

  async abort({ bucket, key, uploadId }: UploadName): Promise<void> {
    await this.#state.commit({ does: "abort_upload", name: { bucket, key, uploadId } });
  }

  async abortIdle(before: number): Promise<number> {
    let dropped = 0;
    for (;;) {
      const more = await this.#state.commit<number>({
        does: "abort_idle_uploads",
        before,
        most: IDLE_AT_ONCE,
      });
      dropped += more;
      if (more < IDLE_AT_ONCE) return dropped;
    }
  }

  /** @returns `undefined` if a part was replaced meanwhile. */
  async #attempt(
    { bucket, key, uploadId }: UploadName,
    completion: UploadCompletion,
    asked: string,
  ): Promise<StoredObject | undefined> {
    const { database } = this.#state;
    const name = { bucket, key, uploadId };
    const upload = requireUpload(database, findBucket(database, bucket), name);
    const chosen = choosePartRows(
      database.all("SELECT * FROM upload_part WHERE upload = ?", uploadId),
      uploadId,
      completion,
    );
    const storage = this.#state.storages.get(bucket);
    if (storage !== undefined) return await this.#store(name, chosen, completion, asked);
    const { etag, checksums } = completion.summarize(chosen.parts);
    const { precondition } = completion;
    return await this.#state.commit<StoredObject | undefined>({
      does: "complete_upload",
      name,
      parts: chosen.rows.map((row) => ({ number: row.number as number, seq: row.seq as number })),
      asked,
      attributes: { ...upload.attributes, etag, checksums },
      ...(precondition && { precondition: { ...precondition } }),
      at: this.#state.now(),
    });
  }

  /** Into a storage, which takes one body: the parts are read one after another. */
  async #store(
    name: UploadName,
    { rows, parts, pieces }: ChosenParts,
    completion: UploadCompletion,
    asked: string,
  ): Promise<StoredObject> {
    const letGo = this.#state.held.hold(pieces.map((piece) => piece.body));
    try {
      completion.summarize(parts);
      const size = rows.reduce((sum, row) => sum + (row.size as number), 0);
      const storage = this.#state.storages.get(name.bucket)!;
      const object = await storage.putPieces(name.key, size, pieces, this.#state, completion.precondition);
      const at = this.#state.now();
      await this.#state.commit({ does: "finish_upload", name, asked, object: JSON.stringify(object), at });
      return object;
    } finally {
      letGo();
    }
  }

  #earlierAnswer(name: UploadName, asked: string): StoredObject | undefined {
    const { database } = this.#state;
    const row = database.get(
      "SELECT object FROM completed WHERE upload = ? AND bucket = ? AND key = ? AND parts = ?",
      name.uploadId,
      findBucket(database, name.bucket).id,
      name.key,
      asked,
    );
    return row && parseKept<StoredObject>(row.object as string);
  }
}
