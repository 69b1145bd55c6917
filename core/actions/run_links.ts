import type { App } from "../app.ts";
import type { RunStart } from "../model/run.ts";

/** What names a run at a tracker, and where people can look at it; at least one of both. */
export interface RunLink {
  /** Name of a tracker of the config; its kind for a run that was imported. */
  readonly tracker: string;
  /** The tracker's own id: `<tracker>:<id>` names the run. */
  readonly id?: string;
  readonly url?: string;
  /** Whether all of the run is there, as far as is known here. */
  readonly complete: boolean;
}

/** The ids and pages of a run at trackers, as far as they are known here; no tracker is asked. */
export async function runLinks(app: App, { run, imported }: RunStart): Promise<RunLink[]> {
  const trackers = await app.trackers();
  const sent = trackers.sections.length === 0 ? [] : (await trackers.book()).links(run);
  const links = sent.filter(({ id, url }) => id !== undefined || url !== undefined);
  if (imported === undefined) return links;
  const { tracker, id, url } = imported;
  const known = links.some((link) => link.tracker === tracker && (link.id === id || link.url === url));
  return known ? links : [{ tracker, id, ...(url === undefined ? {} : { url }), complete: true }, ...links];
}
