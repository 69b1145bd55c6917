import type { OperationOptions } from "../../plugin/context.ts";
import type { StoredObject } from "../../plugin/storage.ts";
import { type ForwardedCall, ForwardingStorage } from "./forward.ts";

/** Counts what is asked of a storage: calls, each of which is a request at least. */
export class CountStorage extends ForwardingStorage {
  /** Calls so far, those that failed included. */
  requests = 0;

  protected override forward<T>(_call: ForwardedCall, work: () => Promise<T>): Promise<T> {
    this.requests++;
    return work();
  }

  override list(prefix: string, options?: OperationOptions): AsyncIterable<StoredObject> {
    this.requests++;
    return super.list(prefix, options);
  }
}
