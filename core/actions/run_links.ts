import type { App } from "../app.ts";
import type { RunStart } from "../model/run.ts";

/** Where people can look at a run. */
export interface RunLink {
  /** Name of a tracker of the config; its kind for a run that was imported. */
  readonly tracker: string;
  readonly url: string;
  /** Whether all of the run is there, as far as is known here. */
  readonly complete: boolean;
}

/** The pages of a run at trackers, as far as they are known here; no tracker is asked. */
export async function runLinks(app: App, { run, imported }: RunStart): Promise<RunLink[]> {
  const trackers = await app.trackers();
  const sent = trackers.sections.length === 0 ? [] : (await trackers.book()).links(run);
  const links = sent.flatMap(({ tracker, url, complete }) =>
    url === undefined ? [] : [{ tracker, url, complete }]
  );
  const { tracker, url } = imported ?? {};
  return tracker === undefined || url === undefined || links.some((link) => link.url === url)
    ? links
    : [{ tracker, url, complete: true }, ...links];
}
