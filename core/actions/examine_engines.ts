import type { App } from "../app.ts";
import { loadSettings } from "../config/load.ts";
import { AeroError } from "../errors.ts";
import { chooseEnvironment } from "../open_environment.ts";
import { type Environment, EnvironmentError } from "../plugin/environment.ts";
import type { EnvironmentPlugin } from "../plugin/registry.ts";
import type { MachineCheck } from "./examine_machine.ts";

/**
 * Tries each environment. One that is not there is a problem only if the config asks for it, or if it asks for any
 * engine and none is there.
 */
export async function* examineEngines(app: App): AsyncGenerator<MachineCheck> {
  const { use, dataDirectory } = await chosen(app);
  const missing: MachineCheck[] = [];
  let automatic = false;
  for (const plugin of (await app.registry()).environments) {
    const check = await examineEngine(app, plugin, dataDirectory);
    if (check.state === "ok" && plugin.automatic) automatic = true;
    if (check.state === "ok") yield check;
    else missing.push(check);
  }
  for (const check of missing) {
    const needed = use === check.subject || (use === "auto" && !automatic);
    yield needed ? { ...check, state: "problem" } : { ...check, fix: [] };
  }
}

/** What the config asks for; `auto` if it cannot be read, which is told elsewhere. */
async function chosen(app: App): Promise<{ readonly use: string; readonly dataDirectory: string }> {
  const { root } = await app.place();
  try {
    if (root !== undefined) {
      const { project, settings } = await app.config();
      return { use: project.environment.use, dataDirectory: settings.dataDirectory };
    }
    const { environmentUse, settings } = await loadSettings(await app.configSources());
    return { use: environmentUse, dataDirectory: settings.dataDirectory };
  } catch (error) {
    if (!(error instanceof AeroError)) throw error;
    return { use: "auto", dataDirectory: (await app.directories()).data };
  }
}

async function examineEngine(
  app: App,
  plugin: EnvironmentPlugin,
  dataDirectory: string,
): Promise<MachineCheck> {
  const about = { type: "check", subject: plugin.name } as const;
  try {
    const environment = await chooseEnvironment(app, { use: plugin.name, plugins: [plugin], dataDirectory })
      .open();
    return { ...about, state: "ok", detail: engineText(environment), fix: [] };
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    const { what, why, fix } = error.report;
    return { ...about, state: "warning", detail: why ?? what, fix: fix ?? [] };
  }
}

function engineText(environment: Environment): string {
  const { rootless, limits, gpus, networkNone } = environment.capabilities;
  const yes = (can: boolean, what: string) => can ? what : `no ${what}`;
  if (environment.kind === "host") {
    return ["this machine as it is: runs are described, not kept", yes(gpus, "GPUs")].join(", ");
  }
  return [
    environment.engine,
    rootless ? "without root" : "as root",
    limits ? "limits hold" : "limits do not hold",
    yes(gpus, "GPUs"),
    networkNone ? "the network can be turned off" : "the network cannot be turned off",
  ].join(", ");
}
