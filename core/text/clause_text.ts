import type { RightExamined } from "../actions/examine_rights.ts";
import type { ClauseCounts, ClauseOutcome } from "../actions/test_contract.ts";
import { formatDuration, plural } from "../cli/human.ts";
import type { Style } from "../cli/style.ts";

/** What one clause of a contract gave, on a line; why it is broken on a second one. */
export function clauseLine({ clause, outcome, why, durationMs }: ClauseOutcome, style: Style): string {
  switch (outcome) {
    case "kept":
      return `${style.green("kept")}     ${clause}  ${style.dim(formatDuration(durationMs))}`;
    case "skipped":
      return `${style.dim("skipped")}  ${clause}  ${style.dim(why ?? "")}`;
    case "broken":
      return `${style.red("broken")}   ${clause}\n         ${why ?? ""}`;
  }
}

/** What all clauses say of what was tested. */
export function fitLine({ kept, broken, skipped }: ClauseCounts, tested: string, style: Style): string {
  const counts = `${plural(kept, "clause")} kept, ${broken} broken, ${skipped} skipped`;
  return `${broken === 0 ? style.green("fit") : style.red("unfit")}  ${counts}: ${tested}`;
}

const RIGHTS: Readonly<Record<RightExamined["right"], string>> = {
  list: "list objects",
  store: "store an object",
  ask: "ask for an object",
  read: "read an object",
  delete: "delete an object",
  clock: "tell the time",
};

/** Whether one thing may be done, on a line; why not and what would help on further ones. */
export function rightLines({ right, outcome, why, fix = [] }: RightExamined, style: Style): string {
  const what = RIGHTS[right];
  if (outcome === "held") return `${style.green("can")}      ${what}`;
  return [
    `${style.red("cannot")}   ${what}\n         ${why ?? ""}`,
    ...fix.map((text) => `         hint: ${text}`),
  ].join("\n");
}
