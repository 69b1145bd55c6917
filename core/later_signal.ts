/** How long what is under way may take when a command was interrupted, in milliseconds. */
const FINISHING_MS = 10_000;

/**
 * A signal that aborts some time after another one: an interrupted run is still to be recorded. Work that should end
 * at once has the first signal, call by call.
 */
export function laterSignal(signal: AbortSignal, closing: AsyncDisposableStack): AbortSignal {
  const later = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onAbort = () => {
    timer = setTimeout(() => later.abort(signal.reason), FINISHING_MS);
    Deno.unrefTimer(Number(timer));
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  closing.defer(() => {
    signal.removeEventListener("abort", onAbort);
    clearTimeout(timer);
  });
  return later.signal;
}
