/**
 * A body that does not hang: each piece is waited for no longer than `idleMs`.
 *
 * @param fail Makes the error that readers get, from what happened.
 */
export function watched(
  body: ReadableStream<Uint8Array>,
  idleMs: number,
  fail: (cause: unknown) => unknown,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      let clock: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<never>((_, reject) => {
        clock = setTimeout(() => reject(new DOMException("no more bytes in time", "TimeoutError")), idleMs);
      });
      try {
        const { done, value } = await Promise.race([reader.read(), late]);
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (cause) {
        await reader.cancel(cause).catch(() => {});
        controller.error(fail(cause));
      } finally {
        clearTimeout(clock);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
