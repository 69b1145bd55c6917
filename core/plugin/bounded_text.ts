/** Bytes of the longest answer that is read into memory. */
const MOST_BYTES = 128 * 2 ** 20;

/** An answer is longer than anything that a service has to say. */
export class AnswerTooLongError extends Error {
  override readonly name = "AnswerTooLongError";
}

/** How an answer is read. */
export interface BoundedTextOptions {
  /** An abort comes out as the reason that went in. */
  readonly signal?: AbortSignal | undefined;
  /** Default: 128 MiB. */
  readonly mostBytes?: number;
}

/**
 * The text of an answer, of which not more is held than it may have: what never ends would fill the memory.
 *
 * @throws {AnswerTooLongError} The rest is not read then. What breaks the body off comes out as it is.
 */
export async function boundedText(
  { body }: Pick<Response, "body">,
  { signal, mostBytes = MOST_BYTES }: BoundedTextOptions = {},
): Promise<string> {
  if (body === null) return "";
  signal?.throwIfAborted();
  const reader = body.getReader();
  const onAbort = () => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", onAbort, { once: true });
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) return text + decoder.decode();
      bytes += value.length;
      if (bytes > mostBytes) throw new AnswerTooLongError(`the answer has more than ${mostBytes} bytes`);
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    await reader.cancel(error).catch(() => {});
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}
