import { isAbort } from "../errors.ts";
import type { RunRecord } from "../model/run.ts";
import type { RunObserver } from "./run_services.ts";

/** Ends one run alone, since somebody asked for that at a tracker; an abort in all else. */
export class StopAsked extends DOMException {
  constructor(tracker: string) {
    super(`it was asked to stop at ${tracker}`, "AbortError");
  }
}

/** Says, once a run is interrupted, what happens now; until disposed. */
export function watchInterruption(observer: Pick<RunObserver, "note">, signal: AbortSignal): Disposable {
  const onAbort = () =>
    observer.note(
      "interrupted: the program is asked to end, and the run is recorded; once more ends it at once",
    );
  signal.addEventListener("abort", onAbort, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", onAbort) };
}

/** Says of a run that was interrupted what became of it and what to type; nothing of one that failed otherwise. */
export function tellInterruption(
  failure: unknown,
  { run, stage, state, parent }: Pick<RunRecord, "run" | "stage" | "state" | "parent">,
  observer: Pick<RunObserver, "note">,
): void {
  if (!isAbort(failure)) return;
  const again = parent === undefined ? `aero run ${stage}` : `aero rerun ${parent.run}`;
  observer.note(
    `${stage} ${run} is recorded as ${state}; its output: \`aero logs ${run}\`, again: \`${again}\``,
  );
}
