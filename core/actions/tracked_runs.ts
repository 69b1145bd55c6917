import type { App } from "../app.ts";
import { THIS_PROJECT } from "./outside_project.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import { type ForeignRun, TrackerError } from "../plugin/tracker.ts";

/** What stands for all groups of a tracker, as people type it. */
export const ALL_GROUPS = "*";

/**
 * Runs of one group of a tracker, newest first: of the group that was asked for, or of the config's; where neither
 * says, of the project's own, which may not be there yet. Outside a project of all groups, with a note that says so.
 *
 * @param asked The tracker's group, as typed; {@link ALL_GROUPS} for all.
 * @throws {TrackerError} As {@link Tracker.list}.
 */
export async function* trackedRuns(
  app: App,
  { name, tracker }: NamedTracker,
  { asked, limit }: { readonly asked?: string; readonly limit?: number },
): AsyncGenerator<ForeignRun> {
  const most = limit === undefined ? {} : { limit };
  const options = { signal: app.signal };
  if (asked === ALL_GROUPS) return yield* tracker.list({ all: true, ...most }, options);
  if (asked !== undefined) return yield* tracker.list({ group: asked, ...most }, options);
  const { project } = await app.trackers();
  const group = tracker.group ?? project;
  if (group === undefined) {
    app.printer.note(
      `this directory is in no project: runs of all groups of ${name}; of one: \`aero list --from ${name}:GROUP\``,
    );
    return yield* tracker.list(most, options);
  }
  let any = false;
  try {
    for await (const run of tracker.list(tracker.group === undefined ? { group, ...most } : most, options)) {
      any = true;
      yield run;
    }
  } catch (error) {
    // The group is made when the first run is sent.
    if (!(error instanceof TrackerError) || error.code !== "tracked_group_not_found") throw error;
  }
  if (any) return;
  const [whose, others, word] = tracker.group === undefined
    ? [THIS_PROJECT, "all groups", `'${name}:${ALL_GROUPS}'`]
    : ["its config", "another group", `${name}:GROUP`];
  app.printer.note(
    `${name} has no runs in ${JSON.stringify(group)}, the group of ${whose}; ` +
      `those of ${others}: \`aero list --from ${word}\``,
  );
}
