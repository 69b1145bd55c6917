import type { App } from "../app.ts";

/** The project's own words in messages about what it has. */
export const THIS_PROJECT = "this project";

/** Where something was looked for, and what to do if it is elsewhere. */
export interface Searched {
  /** {@link THIS_PROJECT}; where there is none, the storage that was asked. */
  readonly place: string;
  /** For who stands in no project: how to look elsewhere. Empty in a project. */
  readonly elsewhere: readonly string[];
}

/** Where this command looks for runs and artifacts. Opens the storage outside a project only. */
export async function searchedPlace(app: App): Promise<Searched> {
  if ((await app.place()).root !== undefined) return { place: THIS_PROJECT, elsewhere: [] };
  const { services } = await app.openProject();
  return { place: services.store.storage.location, elsewhere: await elsewhereFixes(app) };
}

/** What to do for who stands in no project, so that their own storage was asked. */
export async function elsewhereFixes(app: App): Promise<string[]> {
  const { config } = await app.directories();
  return [
    "this directory is in no project; if you mean one, go there or say where it is: `aero -C DIR …`",
    `to look in another storage, set AERO_STORAGE and AERO_STORAGE_<OPTION>, or \`storage\` in ${config}/config.yaml`,
  ];
}
