import { AeroError, isAbort } from "../../errors.ts";
import type { OperationOptions } from "../../plugin/context.ts";
import type { GetOptions, Storage, StorageKey, StoredObject } from "../../plugin/storage.ts";
import { type ForwardedCall, ForwardingStorage } from "./forward.ts";

/** What {@link LogStorage} writes to; a plugin's context fits. */
export interface LogOptions {
  readonly log: (event: string, fields?: Record<string, unknown>) => void;
  /** The clock. */
  readonly now: () => Date;
}

/**
 * Tells of each call when it is over: key or prefix, bytes or objects, milliseconds, and `ok`, `aborted` or the
 * code of the error. Never bytes, and never the text of an error. A `get` is over when its stream is.
 */
export class LogStorage extends ForwardingStorage {
  readonly #options: LogOptions;

  constructor(inner: Storage, options: LogOptions) {
    super(inner);
    this.#options = options;
  }

  override async get(key: StorageKey, options: GetOptions = {}): Promise<ReadableStream<Uint8Array>> {
    const end = this.#start("get");
    try {
      const reader = (await this.inner.get(key, options)).getReader();
      return counted(reader, (bytes, outcome) => end({ key, bytes }, outcome));
    } catch (error) {
      end({ key }, outcomeOf(error));
      throw error;
    }
  }

  override async *list(prefix: string, options: OperationOptions = {}): AsyncGenerator<StoredObject> {
    const end = this.#start("list");
    let objects = 0;
    let outcome = "cancelled";
    try {
      for await (const object of this.inner.list(prefix, options)) {
        objects++;
        yield object;
      }
      outcome = "ok";
    } catch (error) {
      outcome = outcomeOf(error);
      throw error;
    } finally {
      end({ prefix, objects }, outcome);
    }
  }

  protected override async forward<T>(
    { operation, key, bytes }: ForwardedCall,
    work: () => Promise<T>,
  ): Promise<T> {
    const end = this.#start(operation);
    const fields = { key, ...(bytes === undefined ? {} : { bytes }) };
    try {
      const result = await work();
      end(fields, "ok");
      return result;
    } catch (error) {
      end(fields, outcomeOf(error));
      throw error;
    }
  }

  #start(operation: string): (fields: Record<string, unknown>, outcome: string) => void {
    const { log, now } = this.#options;
    const from = now().getTime();
    return (fields, outcome) =>
      log(`storage.${operation}`, { ...fields, ms: now().getTime() - from, outcome });
  }
}

function counted(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  end: (bytes: number, outcome: string) => void,
): ReadableStream<Uint8Array> {
  let bytes = 0;
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) {
          bytes += value.length;
          return controller.enqueue(value);
        }
      } catch (error) {
        end(bytes, outcomeOf(error));
        return controller.error(error);
      }
      end(bytes, "ok");
      controller.close();
    },
    async cancel(reason) {
      end(bytes, "cancelled");
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}

function outcomeOf(error: unknown): string {
  if (error instanceof AeroError) return error.code;
  return isAbort(error) ? "aborted" : "failed";
}
