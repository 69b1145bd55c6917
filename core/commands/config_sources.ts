import { userDirectories } from "../config/directories.ts";
import { Environment } from "../config/env.ts";
import type { ConfigSources } from "../config/load.ts";
import type { App } from "./define.ts";

/**
 * What configs are loaded from, for this user and these plugins.
 *
 * @throws {UserError} `home_unknown`.
 */
export async function configSources(app: Pick<App, "io" | "registry">): Promise<ConfigSources> {
  const environment = new Environment(app.io.env);
  return { registry: app.registry, environment, directories: await userDirectories(environment) };
}
