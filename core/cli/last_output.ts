import type { Io } from "./io.ts";

/** How long what was printed may still take to leave once a command was interrupted, in milliseconds. */
const LAST_OUTPUT_MS = 1000;

/**
 * A flush for commands that go on without a reader: nobody who asks one of them to end waits for a pipe that is full.
 *
 * @param flush Waits until all has left; throws where it cannot leave.
 * @returns Waits as `flush` does. From an interruption on it waits for a second at most, and where that was not enough, or at
 *   an urgent one, no more at all.
 */
export function flushUntilInterrupted(
  flush: () => Promise<void>,
  { signal, urgent }: Pick<Io, "signal" | "urgent">,
): () => Promise<void> {
  let isStuck = false;
  return async () => {
    if (isStuck) return;
    const { promise: patienceEnds, resolve } = Promise.withResolvers<"stuck">();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const begin = () => timer ??= setTimeout(end, LAST_OUTPUT_MS);
    const end = () => resolve("stuck");
    if (signal.aborted) begin();
    else signal.addEventListener("abort", begin);
    if (urgent?.aborted === true) end();
    else urgent?.addEventListener("abort", end);
    try {
      isStuck = await Promise.race([flush(), patienceEnds]) === "stuck";
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", begin);
      urgent?.removeEventListener("abort", end);
    }
  };
}
