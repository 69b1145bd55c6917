import type { App } from "../app.ts";
import { UserError } from "../errors.ts";
import { openAny } from "../open_environment.ts";
import { environmentContract, type EnvironmentSubject } from "../plugin/conformance/environment.ts";
import { type Environment, type ImageReference, parseImageReference } from "../plugin/environment.ts";
import type { EnvironmentPlugin } from "../plugin/registry.ts";
import { type ClauseCounts, type ClauseOutcome, testContract } from "./test_contract.ts";

/** The sum of it. */
export interface EnvironmentTested extends ClauseCounts {
  readonly type: "environment-check";
  /** Name of the plugin. */
  readonly environment: string;
}

/** Variables that images, engines and shells set by themselves, so that seeing one tells nothing. */
const OF_CONTAINERS = [
  "PATH",
  "HOME",
  "HOSTNAME",
  "PWD",
  "OLDPWD",
  "SHLVL",
  "_",
  "TERM",
  "LANG",
  "container",
];

/**
 * Runs the environment contract against the engine that is configured.
 *
 * @param request.only Texts in the clauses to run; all if empty.
 * @param request.image One with `sh` and coreutils; that of the project if absent.
 * @throws {UserError} `clause_unknown`, `image_unnamed`; {EnvironmentError} `engine_unavailable`.
 */
export async function* testEnvironment(
  app: App,
  request: { readonly only: readonly string[]; readonly image?: string },
): AsyncGenerator<ClauseOutcome | EnvironmentTested> {
  const { config: { environment: config } } = await app.openProject();
  const plugins = (await app.registry()).environments.filter((plugin) =>
    config.use === "auto" ? plugin.automatic : plugin.name === config.use
  );
  const dataDirectory = (await app.directories()).data;
  const { plugin, environment } = await openAny(app, plugins, dataDirectory);
  const scratch = await Deno.realPath(await Deno.makeTempDir({ prefix: "aero-check-" }));
  try {
    const around = surroundings(app, plugin, environment, dataDirectory);
    const subject: EnvironmentSubject = environment.kind === "host"
      ? { ...around, scratch, environment }
      : { ...around, scratch, environment, image: imageOf(request.image ?? config.image) };
    if (subject.environment.kind === "container") await subject.environment.resolve(subject.image!);
    const counts = yield* testContract(app, {
      contract: environmentContract,
      subject,
      only: request.only,
      command: "aero env check",
    });
    yield { type: "environment-check", environment: plugin.name, ...counts };
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

function surroundings(app: App, plugin: EnvironmentPlugin, { kind }: Environment, dataDirectory: string) {
  const context = app.pluginContext(dataDirectory);
  // Where there is no program on the PATH, an engine's own command is none either.
  const nowhere = (name: string) => name === "PATH" ? "/nowhere" : context.variable(name);
  const named = Object.keys(app.io.env).find((name) => !OF_CONTAINERS.includes(name));
  return {
    path: app.variables.get("PATH") ?? "/usr/bin:/bin",
    hostVariable: kind === "host" ? "HOME" : named ?? "HOME",
    open: () => plugin.open(context),
    openUnavailable: () => plugin.open({ ...context, variable: nowhere }),
  };
}

function imageOf(reference: string | undefined): ImageReference {
  if (reference !== undefined) return parseImageReference(reference);
  throw new UserError("image_unnamed", {
    what: "Cannot check the engine",
    why: "the clauses run programs in an image, and aero.yaml names none",
    fix: ["name one that has a shell: `aero env check --image python:3.12-slim`"],
  });
}
