import { invalidArchive } from "./image_archive.ts";

/**
 * The tar of a layer, unzipped if it is gzipped: the digest of an image is over plain layers.
 *
 * @throws {CorruptionError} `image_archive_invalid` while the stream is read, if what looks gzipped is not.
 */
export async function plainLayer(
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<ReadableStream<Uint8Array>> {
  const reader = ReadableStream.from(content).getReader();
  const { done, value: first } = await reader.read();
  let sourceFault: { error: unknown } | undefined;
  const whole = new ReadableStream<Uint8Array>({
    start: (controller) => done ? controller.close() : controller.enqueue(first),
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        sourceFault = { error };
        throw error;
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
  if (first?.[0] !== 0x1f || first[1] !== 0x8b) return whole;
  const plain = whole.pipeThrough(
    new DecompressionStream("gzip") as ReadableWritablePair<Uint8Array, Uint8Array>,
  );
  return ReadableStream.from(unzipped(plain, () => sourceFault));
}

async function* unzipped(
  plain: ReadableStream<Uint8Array>,
  sourceFault: () => { error: unknown } | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    yield* plain;
  } catch (error) {
    throw sourceFault()?.error ?? invalidArchive("a layer is not whole gzip", { cause: error });
  }
}
