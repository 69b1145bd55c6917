import type {
  Deleted,
  DeleteOptions,
  ListOptions,
  ListVersionsOptions,
  ObjectName,
  ObjectPage,
  ObjectPut,
  Objects,
  OpenObject,
  Retention,
  StoredObject,
  Tag,
  VersionPage,
} from "../object_engine.ts";
import type { Database, Row } from "./database.ts";
import { DiskWrite } from "./disk_write.ts";
import type { EngineState } from "./engine_state.ts";
import { findBucket, requireObject } from "./find_version.ts";
import { HeldObject } from "./held_object.ts";
import { assertKey } from "./key_order.ts";
import { listAll, listCurrent } from "./list_rows.ts";
import type { PartRow, SharedBodies } from "./mutation.ts";
import { storedObject, type VersionRow } from "./version_row.ts";

/** Objects that the engine keeps itself. */
export class DiskObjects implements Objects {
  readonly #state: EngineState;

  constructor(state: EngineState) {
    this.#state = state;
  }

  // deno-lint-ignore require-await -- failures are rejections
  async stat(name: ObjectName): Promise<StoredObject> {
    const { database } = this.#state;
    const { row, isLatest } = requireObject(database, findBucket(database, name.bucket), name);
    return storedObject(row, isLatest);
  }

  // deno-lint-ignore require-await -- failures are rejections
  async open(name: ObjectName): Promise<HeldObject> {
    const { database } = this.#state;
    // A transaction only where more than one row has to be of one moment.
    const bucket = findBucket(database, name.bucket);
    let found = requireObject(database, bucket, name);
    let parts: readonly PartRow[] = [];
    if (found.row.parts > 0) {
      [found, parts] = database.snapshot(() => {
        const again = requireObject(database, bucket, name);
        return [again, partRows(database, again.row)];
      });
    }
    return new HeldObject(
      name.bucket,
      storedObject(found.row, found.isLatest),
      contentOf(found.row, parts),
      this.#state,
      this.#state.held,
    );
  }

  async copy(source: OpenObject, put: ObjectPut): Promise<StoredObject> {
    if (!(source instanceof HeldObject)) return await this.#copyBytes(source, put);
    const { bucket, key, attributes, precondition } = put;
    assertKey(key);
    return await this.#state.commit({
      does: "put_object",
      put: { bucket, key, attributes, ...(precondition && { precondition }) },
      source: { shared: source.content },
      at: this.#state.now(),
    });
  }

  async delete(name: ObjectName, options: DeleteOptions): Promise<Deleted> {
    const { bucket, key, versionId } = name;
    return await this.#state.commit({
      does: "delete_object",
      name: { bucket, key, ...(versionId !== undefined && { versionId }) },
      options: { ...options },
      at: this.#state.now(),
    });
  }

  async setTags(name: ObjectName, tags: readonly Tag[]): Promise<StoredObject> {
    return await this.#state.commit({ does: "set_tags", name: { ...name }, tags });
  }

  async setRetention(
    name: ObjectName,
    retention: Retention | undefined,
    { bypassGovernance }: { readonly bypassGovernance: boolean },
  ): Promise<StoredObject> {
    return await this.#state.commit({
      does: "set_retention",
      name: { ...name },
      retention,
      bypassGovernance,
      at: this.#state.now(),
    });
  }

  async setLegalHold(name: ObjectName, on: boolean): Promise<StoredObject> {
    return await this.#state.commit({ does: "set_legal_hold", name: { ...name }, on });
  }

  // deno-lint-ignore require-await -- failures are rejections
  async list(bucket: string, options: ListOptions): Promise<ObjectPage> {
    const { database } = this.#state;
    return listCurrent(database, findBucket(database, bucket), options);
  }

  // deno-lint-ignore require-await -- failures are rejections
  async listVersions(bucket: string, options: ListVersionsOptions): Promise<VersionPage> {
    const { database } = this.#state;
    return database.snapshot(() => listAll(database, findBucket(database, bucket), options));
  }

  /** From an object whose bytes are kept elsewhere. */
  async #copyBytes(source: OpenObject, put: ObjectPut): Promise<StoredObject> {
    await using write = new DiskWrite(this.#state);
    for await (const bytes of source.read()) await write.append(bytes);
    return await write.commitObject(put);
  }
}

function contentOf(row: VersionRow, parts: readonly PartRow[]): SharedBodies {
  return { size: row.size, ...(row.body === undefined ? {} : { body: row.body }), parts };
}

function partRows(database: Database, { seq }: VersionRow): PartRow[] {
  return database.all("SELECT * FROM object_part WHERE version = ? ORDER BY number", seq).map(partOf);
}

function partOf(row: Row): PartRow {
  return {
    number: row.number as number,
    start: row.start as number,
    size: row.size as number,
    etag: row.etag as string,
    modifiedAt: row.modified_at as number,
    ...(row.body === null ? {} : { body: row.body as number }),
    checksums: row.checksums as string,
  };
}
