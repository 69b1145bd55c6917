import type { OperationOptions } from "../plugin/context.ts";
import type { Store } from "./store.ts";

/** One thing in a store that is not as it must be. */
export interface Finding {
  readonly kind: string;
  readonly key: string;
  readonly message: string;
}

/** Reads everything. */
export async function* checkStore(_store: Store, _options: OperationOptions): AsyncIterable<Finding> {
}
