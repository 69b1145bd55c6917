/** How long what is under way may take when a command was interrupted, in milliseconds. */
const ENDING_MS = 1_000;
/** The same for what has to be finished: an interrupted run is still to be recorded. */
const FINISHING_MS = 10_000;

/** How many things of a command have to be finished, by its signal. */
const unfinished = new WeakMap<AbortSignal, number>();

/** Calls back after so many milliseconds. @returns What takes that back. */
type Wait = (ms: number, done: () => void) => () => void;

/**
 * A signal that aborts some time after another one: shortly, or ten seconds, if {@link finishing} was said before. Work that
 * should end at once has the first signal, call by call.
 */
export function laterSignal(
  signal: AbortSignal,
  closing: AsyncDisposableStack,
  wait: Wait = waitAside,
): AbortSignal {
  const later = new AbortController();
  let end = () => {};
  const onAbort = () => {
    const ms = (unfinished.get(signal) ?? 0) > 0 ? FINISHING_MS : ENDING_MS;
    end = wait(ms, () => later.abort(signal.reason));
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  closing.defer(() => {
    signal.removeEventListener("abort", onAbort);
    end();
  });
  return later.signal;
}

/** Says that what is under way has to be finished also after an interrupt by this signal, until it is disposed. */
export function finishing(signal: AbortSignal): Disposable {
  const change = (by: number) => unfinished.set(signal, (unfinished.get(signal) ?? 0) + by);
  change(1);
  return { [Symbol.dispose]: () => void change(-1) };
}

/** Does not keep the process. */
function waitAside(ms: number, done: () => void): () => void {
  const timer = setTimeout(done, ms);
  Deno.unrefTimer(Number(timer));
  return () => clearTimeout(timer);
}
