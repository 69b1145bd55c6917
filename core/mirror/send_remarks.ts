import { isAbort } from "../errors.ts";
import type { RunId } from "../model/run_id.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import { TrackerError } from "../plugin/tracker.ts";
import { mapConcurrent } from "../store/concurrent.ts";
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
  let away: unknown;
  await mapConcurrent(
    remarks.filter(({ run, digest }) => told.get(run) !== digest),
    LANES,
    async ({ run, remark, imported, digest }) => {
      if (away !== undefined) return void left.push({ run, error: away });
      try {
        await to.tracker.annotate(run, remark, { signal });
        book.noteRemark(to, run, digest);
        sent.push(run);
      } catch (error) {
        if (isAbort(error)) throw error;
        if (endsAll(error)) away ??= error;
        if (error instanceof TrackerError && error.code === "tracked_run_not_found") {
          book.forget(to, run);
          if (imported) return;
        }
        left.push({ run, error });
      }
    },
  );
  return { sent, left };
}
