import type { Bucket, Buckets, BucketUsage, ObjectLock } from "../object_engine.ts";
import { toBucket } from "./apply_buckets.ts";
import type { EngineState } from "./engine_state.ts";
import { bucketRow, findBucket } from "./find_version.ts";
import { justAfter } from "./key_order.ts";
import { notImplemented } from "./not_implemented.ts";

/** The buckets, of both kinds. */
export class DiskBuckets implements Buckets {
  readonly #state: EngineState;

  constructor(state: EngineState) {
    this.#state = state;
  }

  async create(
    { name, owner, objectLock }: {
      readonly name: string;
      readonly owner: string;
      readonly objectLock: boolean;
    },
  ): Promise<Bucket> {
    const at = this.#state.now();
    return await this.#state.commit({ does: "create_bucket", name, owner, objectLock, holds: "objects", at });
  }

  // deno-lint-ignore require-await -- failures are rejections
  async stat(name: string): Promise<Bucket> {
    return toBucket(findBucket(this.#state.database, name));
  }

  // deno-lint-ignore require-await -- failures are rejections
  async list(
    options: { readonly prefix?: string; readonly after?: string; readonly limit?: number } = {},
  ): Promise<readonly Bucket[]> {
    const { prefix = "", after, limit = -1 } = options;
    const rows = this.#state.database.all(
      "SELECT * FROM bucket WHERE name >= ? AND substr(name, 1, ?) = ? ORDER BY name LIMIT ?",
      after === undefined ? "" : justAfter(after),
      prefix.length,
      prefix,
      limit,
    );
    return rows.map((row) => toBucket(bucketRow(row)));
  }

  async delete(name: string): Promise<void> {
    this.#assertOwn(name, "deleted");
    await this.#state.commit({ does: "delete_bucket", name });
  }

  async setVersioning(name: string, versioning: "enabled" | "suspended"): Promise<Bucket> {
    this.#assertOwn(name, "given versions");
    return await this.#state.commit({ does: "set_versioning", name, versioning });
  }

  async setObjectLock(name: string, lock: ObjectLock): Promise<Bucket> {
    this.#assertOwn(name, "given object lock");
    return await this.#state.commit({ does: "set_object_lock", name, lock });
  }

  // deno-lint-ignore require-await -- failures are rejections
  async document(name: string, kind: string): Promise<string | undefined> {
    const { database } = this.#state;
    const { id } = findBucket(database, name);
    const row = database.get("SELECT text FROM document WHERE bucket = ? AND kind = ?", id, kind);
    return row?.text as string | undefined;
  }

  async setDocument(name: string, kind: string, text: string | undefined): Promise<void> {
    await this.#state.commit({ does: "set_document", name, kind, text });
  }

  // deno-lint-ignore require-await -- failures are rejections
  async usage(name: string): Promise<BucketUsage> {
    const { database } = this.#state;
    findBucket(database, name);
    const row = database.get("SELECT objects, versions, bytes FROM bucket WHERE name = ?", name)!;
    return {
      objects: row.objects as number,
      versions: row.versions as number,
      bytes: row.bytes as number,
    };
  }

  #assertOwn(name: string, verb: string): void {
    if (this.#state.storages.has(name)) {
      throw notImplemented(name, `it is over a storage and cannot be ${verb}`);
    }
  }
}
