import type { App } from "../app.ts";
import { applyOverrides, parseOverride } from "../config/override.ts";
import { chooseEnvironment } from "../open_environment.ts";
import { type DevOutcome, runDev } from "../pipeline/dev_runner.ts";
import { hostVariables, readSecrets } from "../user_variables.ts";

/** Runs stages on the host; opens the storage only if an input is to be had from there. */
export async function runUntracked(
  app: App,
  request: {
    readonly stages: readonly string[];
    readonly only: readonly string[];
    /** `name=value`, as typed. */
    readonly overrides: readonly string[];
  },
): Promise<DevOutcome[]> {
  const directory = await app.requireRoot();
  const { project: config, settings } = await app.config();
  const { environments: plugins, programApis } = await app.registry();
  const { dataDirectory } = settings;
  const environment = await chooseEnvironment(app, { use: "host", plugins, dataDirectory }).open();
  if (environment.kind !== "host") throw new TypeError("The host environment opened containers");
  (await app.place()).state.prepare();
  const observer = app.observer();
  return await runDev({
    directory,
    config,
    params: applyOverrides(config.params, request.overrides.map(parseOverride)),
    stages: request.stages,
    only: request.only,
    environment,
    hostVariables: hostVariables(app.variables),
    secrets: (names) => readSecrets(app.variables, names),
    programApis: { plugins: programApis, context: app.pluginContext(dataDirectory) },
    services: async () => (await app.openProject()).services,
    onStage: (stage) => observer.note(stage),
    warn: (text) => observer.warn(text),
    // Nothing of it is recorded, so that it is shown also where little is to be said.
    onStdout: (bytes) => app.printer.passThrough("stderr", bytes),
    onStderr: (bytes) => app.printer.passThrough("stderr", bytes),
    signal: app.signal,
  });
}
