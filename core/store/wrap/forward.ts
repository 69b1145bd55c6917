import type { OperationOptions } from "../../plugin/context.ts";
import type {
  GetOptions,
  ObjectBody,
  PutOptions,
  Storage,
  StorageCapabilities,
  StorageKey,
  StoredObject,
} from "../../plugin/storage.ts";

/** A call that is on its way to a storage. */
export interface ForwardedCall {
  readonly operation: "put" | "get" | "stat" | "delete";
  readonly key: StorageKey;
  /** Of a put's body. */
  readonly bytes?: number;
  readonly signal: AbortSignal | undefined;
}

/** A storage that passes all calls on to another, which is closed with it. A wrapper overrides what it is about. */
export abstract class ForwardingStorage implements Storage {
  protected readonly inner: Storage;

  constructor(inner: Storage) {
    this.inner = inner;
  }

  get capabilities(): StorageCapabilities {
    return this.inner.capabilities;
  }

  get location(): string {
    return this.inner.location;
  }

  put(key: StorageKey, body: ObjectBody, options: PutOptions = {}): Promise<void> {
    const call = { operation: "put", key, bytes: body.size, signal: options.signal } as const;
    return this.forward(call, () => this.inner.put(key, body, options));
  }

  get(key: StorageKey, options: GetOptions = {}): Promise<ReadableStream<Uint8Array>> {
    return this.forward(
      { operation: "get", key, signal: options.signal },
      () => this.inner.get(key, options),
    );
  }

  stat(key: StorageKey, options: OperationOptions = {}): Promise<StoredObject | undefined> {
    return this.forward(
      { operation: "stat", key, signal: options.signal },
      () => this.inner.stat(key, options),
    );
  }

  list(prefix: string, options: OperationOptions = {}): AsyncIterable<StoredObject> {
    return this.inner.list(prefix, options);
  }

  delete(key: StorageKey, options: OperationOptions = {}): Promise<void> {
    return this.forward(
      { operation: "delete", key, signal: options.signal },
      () => this.inner.delete(key, options),
    );
  }

  /** Every call but a listing goes this way; `work` makes it, and may be called more than once. */
  protected abstract forward<T>(call: ForwardedCall, work: () => Promise<T>): Promise<T>;

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.inner[Symbol.asyncDispose]());
  }
}
