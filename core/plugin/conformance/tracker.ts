import type { ConformanceCase } from "./case.ts";
import { trackerContentClauses } from "./tracker_content.ts";
import { trackerFailureClauses } from "./tracker_failures.ts";
import { trackerLoggedClauses } from "./tracker_logged.ts";
import { trackerRemarkClauses } from "./tracker_remarks.ts";
import { trackerSendingClauses } from "./tracker_sending.ts";
import type { TrackerSubject } from "./tracker_subject.ts";

export type { ShownRun, TrackerSubject } from "./tracker_subject.ts";

/**
 * The contract of {@link Tracker}, clause by clause.
 *
 * Each clause makes runs of its own; they stay, since trackers keep what they have, in the group `conformance`.
 */
export const trackerContract: readonly ConformanceCase<TrackerSubject>[] = [
  ...trackerContentClauses,
  ...trackerLoggedClauses,
  ...trackerRemarkClauses,
  ...trackerSendingClauses,
  ...trackerFailureClauses,
];
