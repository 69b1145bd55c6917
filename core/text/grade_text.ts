import type { Grade } from "../model/run.ts";

const GRADE_MEANINGS: Readonly<Record<Grade, string>> = {
  verified: "a rerun gave the same",
  reproducible: "everything needed to run it again is kept",
  draft: "its code is a snapshot of uncommitted work",
  provenance: "it ran on the host, which is described and cannot be kept",
};

// A grade says how far what came of a run can be had again.
const NO_GRADE = "– its program never began, or was not seen to end";

/** A grade and what it rests on, as one line. */
export function gradeText(grade: Grade | undefined): string {
  return grade === undefined ? NO_GRADE : `${grade}: ${GRADE_MEANINGS[grade]}`;
}
