import type { App } from "../app.ts";
import { loadSettings } from "../config/load.ts";
import { TRACKERS_VARIABLE } from "../config/tracker_variable.ts";
import { canonicalJson } from "../format/canonical_json.ts";

/**
 * Names of the trackers in the user's own config that do not hold here, since `trackers` of the project's aero.yaml
 * stand in their place. None where AERO_TRACKERS says which hold: who set it knows.
 */
export async function trackersSetAside(app: App): Promise<string[]> {
  if ((await app.place()).root === undefined || app.variables.get(TRACKERS_VARIABLE) !== undefined) return [];
  const here = new Set((await app.trackers()).sections.map((section) => canonicalJson({ ...section })));
  const { trackers } = await loadSettings(await app.configSources());
  return trackers.filter((section) => !here.has(canonicalJson({ ...section }))).map(({ name }) => name);
}
