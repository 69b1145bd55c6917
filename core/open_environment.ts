import type { App } from "./app.ts";
import type { EnvironmentChoice } from "./pipeline/project.ts";
import { type Environment, EnvironmentError, type ImageDigest } from "./plugin/environment.ts";
import type { EnvironmentPlugin } from "./plugin/registry.ts";

/** What an environment is chosen by. */
export interface EnvironmentWish {
  /** Name of a plugin, or `auto`. */
  readonly use: string;
  readonly plugins: readonly EnvironmentPlugin[];
  /** Directory of this user's data. */
  readonly dataDirectory: string;
}

/** Chooses the environment that config asks for; `auto` is the first container engine that answers. */
export function chooseEnvironment(app: App, wish: EnvironmentWish): EnvironmentChoice {
  const { use, dataDirectory } = wish;
  const plugins = wish.plugins.filter((plugin) => use === "auto" ? plugin.automatic : plugin.name === use);
  let opened: Promise<Environment> | undefined;
  return {
    kind: plugins[0]?.opens ?? "container",
    open: (first) =>
      opened ??= openAny(app, plugins, dataDirectory, first).then(({ environment }) => environment),
  };
}

/**
 * Opens the first of some environments that answers; the app closes it.
 *
 * @param first The image that will be inspected first, if it is known.
 * @throws {EnvironmentError} `engine_unavailable` if none does.
 */
export async function openAny(
  app: App,
  plugins: readonly EnvironmentPlugin[],
  dataDirectory: string,
  first?: ImageDigest,
): Promise<{ readonly plugin: EnvironmentPlugin; readonly environment: Environment }> {
  const context = app.pluginContext(dataDirectory);
  const failures: EnvironmentError[] = [];
  for (const plugin of plugins) {
    try {
      const environment = await plugin.open(context, first);
      app.closeAtEnd(environment);
      return { plugin, environment };
    } catch (error) {
      if (!(error instanceof EnvironmentError) || error.code !== "engine_unavailable") throw error;
      failures.push(error);
    }
  }
  throw noEngine(failures);
}

function noEngine(failures: readonly EnvironmentError[]): EnvironmentError {
  const [only] = failures;
  if (only !== undefined && failures.length === 1) return only;
  return new EnvironmentError("engine_unavailable", {
    what: "Cannot find a container engine",
    why: failures.map(({ report }) => report.why ?? report.what).join("; "),
    fix: [
      ...failures.flatMap(({ report }) => report.fix?.slice(0, 1) ?? []),
      "or run on this machine as it is, described and not kept: `AERO_ENVIRONMENT=host aero run`",
    ],
  }, { cause: failures.at(-1) });
}
