import { isAbort } from "../errors.ts";
import type { RunId } from "../model/run_id.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import { orAbort } from "../plugin/or_abort.ts";
import { TrackerError } from "../plugin/tracker.ts";
import { mapConcurrent } from "../store/concurrent.ts";
import { FIRST_ANSWER_MS, FirstAnswer } from "./first_answer.ts";
import type { MirrorBook } from "./mirror_book.ts";
import type { RunRemark } from "./run_remark.ts";
import { endsAll } from "./send_history.ts";

/** What became of remarks at one tracker. */
export interface RemarksSent {
  readonly sent: readonly RunId[];
  /** Each for a reason of its own, or since the tracker is away. */
  readonly left: readonly { readonly run: RunId; readonly error: unknown }[];
}

/** Runs that are told of at the same time. */
const LANES = 4;

/**
 * Tells a tracker what people said of runs later, and remembers that it was told. What it was told already is not told
 * again; one that is away or denies everything ends it. One that has not got the run any more is remembered to lack it, so
 * that the run is sent again; an imported run is not, and then nothing is left to tell.
 */
export async function sendRemarks(
  to: NamedTracker,
  remarks: readonly RunRemark[],
  { signal, book }: { readonly signal: AbortSignal; readonly book: MirrorBook },
): Promise<RemarksSent> {
  const told = book.remarked(to);
  const sent: RunId[] = [];
  const left: { run: RunId; error: unknown }[] = [];
  const unsaid = remarks.filter(({ run, digest }) => told.get(run) !== digest);
  if (unsaid.length === 0) return { sent, left };
  let away: unknown;
  using waited = new FirstAnswer(to, signal, FIRST_ANSWER_MS);
  await mapConcurrent(
    unsaid,
    LANES,
    async ({ run, remark, imported, digest }) => {
      if (away !== undefined) return void left.push({ run, error: away });
      try {
        await orAbort(to.tracker.annotate(run, remark, { signal: waited.signal }), waited.signal);
        waited.heard();
        book.noteRemark(to, run, digest);
        sent.push(run);
      } catch (error) {
        if (signal.aborted) throw error;
        const why = isAbort(error) ? waited.silence() : error;
        if (endsAll(why)) {
          away ??= why;
          waited.giveUp();
        }
        if (error instanceof TrackerError && error.code === "tracked_run_not_found") {
          book.forget(to, run);
          if (imported) return;
        }
        left.push({ run, error: isAbort(error) ? away : error });
      }
    },
  );
  return { sent, left };
}
