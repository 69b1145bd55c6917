import type { App } from "../app.ts";
import { UserError } from "../errors.ts";
import { writeServerProfile } from "./server_profile.ts";
import { differences, type ServeOptions } from "./server_settings.ts";
import { dataFlag, type LivingServer, livingServer, type ServerPlace } from "./storage_server.ts";
import { withAccounts } from "./server_users.ts";

/**
 * The server of a directory that runs already, and is as it is asked for; `undefined` if none runs. Its profile is written
 * again if it is not there.
 *
 * @throws {UserError} `runs_otherwise` if it is not as it is asked for; `profile_taken`.
 */
export async function serverThatRuns(
  app: App,
  options: ServeOptions,
  place: ServerPlace,
): Promise<LivingServer | undefined> {
  const living = livingServer(place);
  if (living === undefined) return undefined;
  const told = differences(app, options, living.settings);
  if (told.length > 0) {
    const flag = await dataFlag(app, place);
    const where = flag === undefined ? "" : ` ${flag}`;
    throw new UserError("runs_otherwise", {
      what: "Cannot start the storage server as you ask",
      why: `it runs already, and ${told.join("; ")}`,
      fix: [
        `stop it first, then start it so: \`aero storage down${where}\``,
        `see how it runs: \`aero storage status${where}\``,
        "or run another beside it: `--data DIR --profile NAME`",
      ],
    });
  }
  app.printer.note("It runs already.");
  if (living.options !== undefined) {
    const { credentials } = await withAccounts(app, place, (accounts) => accounts.administrator());
    await writeServerProfile(app, living.profile, {
      place,
      options: living.options,
      credentials,
      ...(living.caFile === undefined ? {} : { caFile: living.caFile }),
    });
  }
  return living;
}
