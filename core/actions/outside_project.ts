import type { App } from "../app.ts";

/** The project's own words in messages about what it has. */
export const THIS_PROJECT = "this project";

/** Where something was looked for, and what to do if it is elsewhere. */
export interface Searched {
  /** {@link THIS_PROJECT}, or the storage that was asked where there is none; or what is known of it here. */
  readonly place: string;
  /** How to look elsewhere, or again. Empty where all was seen, in a project. */
  readonly elsewhere: readonly string[];
}

/** Where this command looks for runs and artifacts. Opens the storage outside a project only. */
export async function searchedPlace(app: App): Promise<Searched> {
  if ((await app.place()).root !== undefined) {
    // It is left unfilled only while the storage is away.
    if ((await app.index()).filled) return { place: THIS_PROJECT, elsewhere: [] };
    return {
      place: `what this machine knows of ${THIS_PROJECT}`,
      elsewhere: ["try again when the storage can be reached"],
    };
  }
  const { services: { store } } = await app.openProject();
  const { location } = store.storage;
  const elsewhere = await elsewhereFixes(app);
  if (!store.isAway) return { place: location, elsewhere };
  return {
    place: `what this machine knows of ${location}`,
    elsewhere: ["try again when that can be reached", ...elsewhere],
  };
}

/** What to do for who stands in no project, so that their own storage was asked. */
async function elsewhereFixes(app: App): Promise<string[]> {
  const { config } = await app.directories();
  return [
    "this directory is in no project; if you mean one, go there or say where it is: `aero -C DIR …`",
    `to look in another storage, set AERO_STORAGE and AERO_STORAGE_<OPTION>, or \`storage\` in ${config}/config.yaml`,
  ];
}
