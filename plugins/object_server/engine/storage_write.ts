import { bytesBody } from "../../../core/plugin/storage.ts";
import type { BodyWrite, ObjectPut, PartPut, StoredObject, UploadedPart } from "../object_engine.ts";
import { DiskWrite } from "./disk_write.ts";
import type { EngineState } from "./engine_state.ts";
import { StagedBody, type StagingFile } from "./staged_body.ts";
import { assertStorageAttributes, type StorageBucket } from "./storage_bucket.ts";

/** A body for a storage: staged on the storage's own file system if it can be, so that it is moved, not copied. */
export class StorageWrite implements BodyWrite {
  readonly #state: EngineState;
  readonly #bucket: StorageBucket;
  readonly #body: StagedBody;
  #over = false;

  constructor(state: EngineState, bucket: StorageBucket) {
    this.#state = state;
    this.#bucket = bucket;
    const staging = bucket.storage.capabilities.stagingDirectory;
    this.#body = new StagedBody(() => staging === undefined ? state.createFile() : createIn(staging));
  }

  get size(): number {
    return this.#body.size;
  }

  append(bytes: Uint8Array): Promise<void> {
    this.#assertOpen();
    return this.#body.append(bytes);
  }

  async commitObject({ bucket, key, attributes, precondition }: ObjectPut): Promise<StoredObject> {
    this.#assertOpen();
    this.#over = true;
    try {
      assertStorageAttributes(bucket, attributes);
      const { bytes } = await this.#body.finish();
      const { staged } = this.#body;
      staged?.file.close();
      const body = staged === undefined ? bytesBody(bytes!) : fileBody(staged.path, this.#body.size);
      return await this.#bucket.put(key, body, precondition);
    } finally {
      await this.#discard();
    }
  }

  /** Parts lie in the engine, whatever bucket they are for. */
  async commitPart(put: PartPut): Promise<UploadedPart> {
    this.#assertOpen();
    this.#over = true;
    return await new DiskWrite(this.#state, this.#body).commitPart(put);
  }

  async abandon(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    await this.#discard();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.abandon();
  }

  async #discard(): Promise<void> {
    await this.#body.settle();
    const { staged } = this.#body;
    if (staged === undefined) return;
    try {
      staged.file.close();
    } catch {
      // It was closed before it was put.
    }
    // The storage may have moved it into place.
    await Deno.remove(staged.path).catch(() => {});
  }

  #assertOpen(): void {
    if (this.#over) throw new TypeError("This body was committed or abandoned already");
  }
}

async function createIn(directory: string): Promise<StagingFile> {
  const id = crypto.randomUUID().replaceAll("-", "");
  const path = `${directory}/${id}`;
  return { id, path, file: await Deno.open(path, { write: true, createNew: true }) };
}

function fileBody(path: string, size: number) {
  return { size, path, open: () => Deno.openSync(path).readable };
}
