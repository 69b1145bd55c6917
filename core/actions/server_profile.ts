import type { App } from "../app.ts";
import { readCredentials, writeCredentials } from "../config/credentials_file.ts";
import { writeUserProfile } from "../config/user_profile.ts";
import { UserError } from "../errors.ts";
import type { StorageConnection } from "../plugin/service.ts";
import type { ServerPlace } from "./storage_server.ts";

/** In the section of a profile's keys: the directory of the server that they are for. Programs skip names that they do not know. */
const SERVER_ENTRY = "aero_server";

/** The files of this user that say how a server is reached. */
export async function profileFiles(
  app: App,
): Promise<{ readonly configFile: string; readonly credentialsFile: string }> {
  const { config } = await app.directories();
  return { configFile: `${config}/config.yaml`, credentialsFile: `${config}/credentials` };
}

/**
 * Makes sure that a profile is not that of another server, which would not be reached by it any more. One whose data are
 * gone has none.
 *
 * @throws {UserError} `profile_taken`.
 */
export async function assertProfileFree(app: App, profile: string, place: ServerPlace): Promise<void> {
  const { credentialsFile } = await profileFiles(app);
  const other = (await readCredentials(credentialsFile, profile))?.[SERVER_ENTRY];
  if (other === undefined) return;
  const there = await realPathOf(other);
  // The same directory may have been named by another path.
  if (there === undefined || there === await realPathOf(place.directory)) return;
  throw new UserError("profile_taken", {
    what: `Cannot set the profile ${JSON.stringify(profile)} for the server in ${place.directory}`,
    why: `it is that of the server in ${other}`,
    fix: [
      "choose another name: `aero storage up --profile NAME`",
      `or give it up there: remove the section [${profile}] from ${credentialsFile}`,
    ],
  });
}

/**
 * Writes a server's connection into this user's config; what is so already is left.
 *
 * @throws {UserError} `profile_taken`, `config_unreadable`.
 */
export async function writeServerProfile(
  app: App,
  profile: string,
  { place, options, credentials, caFile }:
    & Pick<StorageConnection, "options" | "credentials">
    & { readonly place: ServerPlace; readonly caFile?: string },
): Promise<void> {
  await assertProfileFree(app, profile, place);
  const { configFile, credentialsFile } = await profileFiles(app);
  await writeUserProfile(configFile, profile, {
    ...options,
    credentials_file: credentialsFile,
    ...(caFile === undefined ? {} : { ca_file: caFile }),
  });
  await writeCredentials(credentialsFile, profile, {
    ...credentials,
    [SERVER_ENTRY]: { reveal: () => place.directory },
  });
}

/** `undefined` if there is no such directory. */
async function realPathOf(directory: string): Promise<string | undefined> {
  try {
    return await Deno.realPath(directory);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
