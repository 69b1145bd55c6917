import type { CodeStatus, ImageStatus, ProjectStatus, StatusProblem } from "../actions/project_status.ts";
import { formatBytes, plural } from "../cli/human.ts";
import type { Style } from "../cli/style.ts";
import { shortDigest } from "../model/digest.ts";
import { paintState } from "./outcome_line.ts";

/** Most changes that are listed. */
const LISTED = 10;

/** `aero status` for people. */
export function statusText(status: ProjectStatus, style: Style): string {
  const { project, code, images, stages, runs, waiting, problems, ready } = status;
  return [
    [style.bold(project), ...(code === undefined ? [] : [codeLine(code, style)])].join("  "),
    ...(code === undefined ? [] : changeLines(code, style)),
    ...images.map((image) => imageLine(image, style)),
    ...(stages.length === 0 ? [] : ["", ...stages.map((stage) => stageLine(stage, style))]),
    ...(runs.length === 0
      ? []
      : ["", ...runs.map((run) => `${run.run}  ${run.stage}  ${paintState(run.state, style)}`)]),
    ...(waiting === undefined ? [] : ["", ...waitingLines(waiting, style)]),
    "",
    ...problems.flatMap((problem) => problemLines(problem, style)),
    ready ? `${style.green("ready")} for a tracked run` : `${style.red("not ready")} for a tracked run`,
  ].join("\n");
}

function codeLine({ commit, branch, subject, onRemote }: CodeStatus, style: Style): string {
  const place = branch ?? "detached HEAD";
  const remote = onRemote ? "" : style.dim("  (on no remote; a run keeps it in the storage)");
  return `${style.cyan(commit.slice(0, 10))} on ${place}: ${subject}${remote}`;
}

function changeLines({ changes }: CodeStatus, style: Style): string[] {
  if (changes.length === 0) return [];
  const more = changes.length - LISTED;
  return [
    plural(changes.length, "uncommitted change"),
    ...changes.slice(0, LISTED).map(({ path, change }) => `  ${style.yellow(change)}  ${path}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function imageLine({ image, stages, kept }: ImageStatus, style: Style): string {
  const where = kept ? "in the storage" : style.yellow("not yet in the storage");
  return `image ${style.cyan(shortDigest(image))} of ${stages.join(", ")}, ${where}`;
}

function stageLine(stage: ProjectStatus["stages"][number], style: Style): string {
  const inputs = Object.values(stage.inputs);
  const read = inputs.length === 0 ? "" : style.dim(`  ← ${inputs.join(", ")}`);
  switch (stage.state) {
    case "up_to_date":
      return `${style.bold(stage.stage)}  ${style.green("up to date")}  ${
        style.cyan(stage.run ?? "")
      }${read}`;
    case "would_run":
      return `${style.bold(stage.stage)}  ${style.yellow("would run")}: ${stage.reasons.join("; ")}${read}`;
    case "blocked":
      return `${style.bold(stage.stage)}  ${style.red("cannot run")}: ${stage.reasons.join("; ")}`;
  }
}

function waitingLines(
  { objects, bytes, runs, storage }: NonNullable<ProjectStatus["waiting"]>,
  style: Style,
): string[] {
  const of = runs === 0 ? "" : ` of ${plural(runs, "run")}`;
  return [
    `${style.yellow("waiting")} to be sent to ${storage}: ${plural(objects, "object")}, ${
      formatBytes(bytes)
    }${of}`,
    `  ${style.cyan("hint:")} \`aero sync\``,
  ];
}

function problemLines({ code, what, why, fix }: StatusProblem, style: Style): string[] {
  // The changes are listed above already.
  if (code === "worktree_dirty") why = "the worktree has uncommitted changes";
  return [
    `${style.red("problem:")} ${what}${why === undefined ? "" : `: ${why}`}`,
    ...fix.map((hint) => `  ${style.cyan("hint:")} ${hint}`),
  ];
}
