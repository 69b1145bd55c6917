import type { Digest } from "../model/digest.ts";
import type { ObjectBody, Storage, StoredObject } from "../plugin/storage.ts";
import { verifiedStream } from "./verified_stream.ts";

/**
 * What waits in an outbox, as a body to put elsewhere. It is hashed while it is read, so that bytes which have changed
 * on this disk meanwhile end the put and are stored nowhere.
 */
export function heldBody(held: Storage, { key, size }: StoredObject, digest: Digest): ObjectBody {
  return { size, open: () => verifiedStream(lazyStream(() => held.get(key)), { digest, size }) };
}

/** The stream that `open` gives, opened when it is first read. */
function lazyStream(open: () => Promise<ReadableStream<Uint8Array>>): ReadableStream<Uint8Array> {
  let reader: Promise<ReadableStreamDefaultReader<Uint8Array>> | undefined;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      reader ??= open().then((stream) => stream.getReader());
      const { done, value } = await (await reader).read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel(reason) {
      await (await reader)?.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
