import { TrackerError } from "../../../core/plugin/tracker.ts";

/** Which run of a server. */
export interface RunPath {
  readonly entity: string;
  readonly project: string;
  /** As it stands in addresses; chosen by whoever made the run. For runs that aero sent, aero's own id. */
  readonly run: string;
}

/** The id of a run: `entity/project/run`. */
export function toRunId({ entity, project, run }: RunPath): string {
  return `${entity}/${project}/${run}`;
}

/**
 * Reads `run`, `project/run`, `entity/project/run`, or `entity/project/runs/run` as addresses have it.
 *
 * @throws {TrackerError} `tracker_id_invalid`.
 */
export function parseRunPath(
  id: string,
  from: { readonly entity: string; readonly project: string | undefined },
): RunPath {
  const parts = id.replace(/^\//, "").split("/");
  if (parts.length === 4 && parts[2] === "runs") parts.splice(2, 1);
  // "Run ID": none of : ; , # ? / ' and no space around it.
  const fits = parts.length <= 3 &&
    parts.every((part) => /^(?!\.+$)[^\p{C}\s/:;,#?'"\\%]+( [^\p{C}\s/:;,#?'"\\%]+)*$/u.test(part));
  if (!fits) {
    throw new TrackerError("tracker_id_invalid", {
      what: `Cannot read ${JSON.stringify(id)} as a run of W&B`,
      why: "it is written as <run>, <project>/<run>, or <entity>/<project>/<run>",
    });
  }
  const [run, project = from.project, entity = from.entity] = parts.reverse() as [string, ...string[]];
  if (project === undefined) {
    throw new TrackerError("tracker_id_invalid", {
      what: `Cannot tell in which project of W&B the run ${JSON.stringify(id)} is`,
      why: "this directory is in no project, and the storage does not know the run",
      fix: ["write <project>/<run>, or <entity>/<project>/<run>"],
    });
  }
  return { entity, project, run };
}
