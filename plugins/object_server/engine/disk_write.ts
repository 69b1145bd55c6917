import type { BodyWrite, ObjectPut, PartPut, StoredObject, UploadedPart } from "../object_engine.ts";
import { ObjectEngineError } from "./engine_error.ts";
import type { EngineState } from "./engine_state.ts";
import { fileFailure } from "./file_failure.ts";
import { assertKey } from "./key_order.ts";
import type { Mutation, NewBody } from "./mutation.ts";
import { StagedBody, type StagingFile } from "./staged_body.ts";

/** A body that the engine keeps itself, as an object or a part. */
export class DiskWrite implements BodyWrite {
  readonly #state: EngineState;
  readonly #body: StagedBody;
  #over = false;
  #asked = false;

  /** @param body What was staged so far, the engine's from then on. */
  constructor(state: EngineState, body: StagedBody = new StagedBody(() => state.createFile())) {
    this.#state = state;
    this.#body = body;
  }

  get size(): number {
    return this.#body.size;
  }

  append(bytes: Uint8Array): Promise<void> {
    this.#assertOpen();
    return this.#body.append(bytes);
  }

  commitObject({ bucket, key, attributes, precondition }: ObjectPut): Promise<StoredObject> {
    return this.#commit(() => {
      assertKey(key);
      const put = { bucket, key, attributes, ...(precondition && { precondition }) };
      return (fresh) => ({ does: "put_object", put, source: { fresh }, at: this.#state.now() });
    });
  }

  commitPart({ bucket, key, uploadId, number, etag, checksums }: PartPut): Promise<UploadedPart> {
    return this.#commit(() => {
      const put = { bucket, key, uploadId, number, etag, checksums };
      return (fresh) => ({ does: "put_part", put, fresh, at: this.#state.now() });
    });
  }

  async abandon(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    await this.#discard();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.abandon();
  }

  async #commit<T>(prepare: () => (fresh: NewBody) => Mutation): Promise<T> {
    this.#assertOpen();
    this.#over = true;
    try {
      const mutation = prepare();
      await this.#state.space.assertRoom();
      const { bytes, checks } = await this.#body.finish();
      const fresh = { size: this.#body.size, checks };
      const staged = this.#body.staged;
      if (staged === undefined) return await this.#state.commit<T>(mutation({ ...fresh, bytes: bytes! }));
      await this.#seal(staged);
      this.#asked = true;
      const done = await this.#state.commit<T>(mutation({ ...fresh, file: staged.id }));
      this.#state.files.settle(staged.id);
      return done;
    } catch (error) {
      if (!this.#asked || isRefusal(error)) await this.#discard();
      throw error;
    }
  }

  async #seal(staged: StagingFile): Promise<void> {
    try {
      await this.#state.files.seal(staged);
    } catch (error) {
      throw fileFailure("Cannot keep the body of an object", error);
    } finally {
      staged.file.close();
    }
  }

  async #discard(): Promise<void> {
    await this.#body.settle();
    const { staged } = this.#body;
    if (staged === undefined) return;
    try {
      staged.file.close();
    } catch {
      // It was closed when it was sealed.
    }
    // One that cannot be removed is swept when the directory is opened again.
    await this.#state.files.remove(staged.id).catch(() => {});
    await Deno.remove(staged.path).catch(() => {});
  }

  #assertOpen(): void {
    if (this.#over) throw new TypeError("This body was committed or abandoned already");
  }
}

/** Whether nothing was committed for sure. Else the file stays, to be looked at when the directory is opened again. */
function isRefusal(error: unknown): boolean {
  return error instanceof ObjectEngineError && error.code !== "unavailable" && error.code !== "corrupt";
}
