import { isAbort } from "../errors.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import { TrackerError } from "../plugin/tracker.ts";
import type { MirrorBook } from "./mirror_book.ts";
import type { RunRemark } from "./run_remark.ts";
import { sendRemarks } from "./send_remarks.ts";

/**
 * Tells a tracker what people said of a run, and waits no longer than people would; also a tracker that does not heed
 * that is left alone then.
 *
 * @param patienceMs Longest wait, in milliseconds.
 * @param hurry Aborts when whoever waits has had enough.
 * @returns Why it was not told; nothing if it was, or had been before.
 */
export async function tellRemark(
  to: NamedTracker,
  remark: RunRemark,
  book: MirrorBook,
  patienceMs: number,
  hurry?: AbortSignal,
): Promise<{ readonly error?: unknown }> {
  const what = `Cannot tell ${to.name} what was said of run ${remark.run}`;
  const late = new TrackerError("tracker_unavailable", { what, why: "it does not answer" });
  const stopping = new AbortController();
  const stopped = Promise.withResolvers<{ readonly error: unknown }>();
  const stop = () => {
    stopping.abort();
    stopped.resolve({ error: late });
  };
  const timer = setTimeout(stop, patienceMs);
  hurry?.addEventListener("abort", stop, { once: true });
  if (hurry?.aborted === true) stop();
  try {
    const telling = sendRemarks(to, [remark], { signal: stopping.signal, book }).then(
      ({ left: [one] }) => one === undefined ? {} : { error: one.error },
      (error: unknown) => ({ error: isAbort(error) ? late : error }),
    );
    return await Promise.race([telling, stopped.promise]);
  } finally {
    clearTimeout(timer);
    hurry?.removeEventListener("abort", stop);
  }
}
