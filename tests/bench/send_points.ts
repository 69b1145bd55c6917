import { sampleStart } from "../../core/plugin/conformance/tracker_samples.ts";
import { metrics } from "../../core/plugin/conformance/tracker_subject.ts";
import { NOTHING_SENT, type Tracker } from "../../core/plugin/tracker.ts";

/** How values were taken. */
export interface SentPoints {
  /** From the first to the tracker's answer to the last. */
  readonly perSecond: number;
  /** Memory of this process, at most, over what it was before. */
  readonly grownMb: number;
  /** What of that came behind the first quarter of the values: little, where memory is flat. */
  readonly laterMb: number;
}

const VALUES_IN_EVENT = 1000;

/** Sends values of one metric in one run, in batches as large as the tracker likes. */
export async function sendPoints(tracker: Tracker, count: number): Promise<SentPoints> {
  const { run, event } = sampleStart();
  await tracker.send(run, NOTHING_SENT, { events: [event], stdout: "", stderr: "" });
  const before = Deno.memoryUsage().rss;
  const start = performance.now();
  const together = Math.floor(tracker.capabilities.maxPointsPerBatch / VALUES_IN_EVENT);
  let events = 1, most = before, mostEarly = before;
  for (let at = 0; at < count; at += VALUES_IN_EVENT * together) {
    const batch = Array.from({ length: Math.min(together, (count - at) / VALUES_IN_EVENT) }, (_, i) => {
      const first = at + i * VALUES_IN_EVENT;
      return metrics("loss", Array.from({ length: VALUES_IN_EVENT }, (_, j) => 1 / (first + j + 1)), first);
    });
    await tracker.send(run, { events, stdout: 0, stderr: 0 }, { events: batch, stdout: "", stderr: "" });
    events += batch.length;
    most = Math.max(most, Deno.memoryUsage().rss);
    if (at <= count / 4) mostEarly = most;
  }
  return {
    perSecond: count / ((performance.now() - start) / 1000),
    grownMb: (most - before) / 1e6,
    laterMb: (most - mostEarly) / 1e6,
  };
}
