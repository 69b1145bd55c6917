/**
 * A stream of what a generator gives; nothing is asked of it before somebody reads.
 *
 * @param onEnd Called once when the stream ends, fails or is cancelled.
 */
export function generatorStream(
  chunks: AsyncGenerator<Uint8Array<ArrayBuffer>>,
  onEnd: () => void = () => {},
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await chunks.next();
        if (!done) return controller.enqueue(value);
        onEnd();
        controller.close();
      } catch (error) {
        onEnd();
        throw error;
      }
    },
    async cancel() {
      await chunks.return(undefined);
      onEnd();
    },
  }, { highWaterMark: 0 });
}
