import type { ProgramExit } from "../model/run.ts";
import {
  type ContainerEnvironment,
  type ContainerSpec,
  EnvironmentError,
  type ProgramSpec,
  type RunOptions,
} from "../plugin/environment.ts";
import { RELAY_FILE } from "../program/program_files.ts";
import type { ServedApis } from "./program_apis.ts";
import { CONTAINER_API, CONTAINER_API_PORT } from "./run_contract.ts";

/** A program with the variables by which it finds the APIs that are served to it. */
export function withApis<Spec extends ProgramSpec>(spec: Spec, served: ServedApis | undefined): Spec {
  if (served === undefined) return spec;
  const env = { ...spec.env, ...served.variables };
  return {
    ...spec,
    // A relay does the same, and sees also what the image sets.
    env: served.relay === undefined ? reachingOwnAddress(env) : env,
    secrets: { ...spec.secrets, ...served.secrets },
  };
}

const ADDRESS = "127.0.0.1";

/** The same variables; where some name a proxy, it is not asked for what is on this machine. */
function reachingOwnAddress(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (!["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"].some((name) => env[name])) return env;
  const excepted = (name: string, other: string) => {
    const names = env[name] || env[other] || "";
    return names === "*" || names.includes(ADDRESS)
      ? names
      : [names, ADDRESS].filter((part) => part).join(",");
  };
  return { ...env, NO_PROXY: excepted("NO_PROXY", "no_proxy"), no_proxy: excepted("no_proxy", "NO_PROXY") };
}

/** A program, and how it reaches the APIs that are served to it. */
export interface RelayedProgram {
  readonly spec: ContainerSpec;
  readonly served: ServedApis;
  readonly relay: NonNullable<ServedApis["relay"]>;
  readonly warn: (text: string) => void;
}

/**
 * Runs a program in a container from which APIs are reached by a relay, which stands in its place until it begins.
 *
 * Where the relay does not get so far, nothing of the program has run: it runs without the APIs then, so that they make
 * no run fail.
 *
 * @throws {EnvironmentError} as {@link ContainerEnvironment.run}.
 */
export async function runRelayed(
  environment: Pick<ContainerEnvironment, "run">,
  { spec, served, relay, warn }: RelayedProgram,
  streams: RunOptions,
): Promise<ProgramExit> {
  const { launch } = relay;
  let refused = false;
  try {
    const exit = await environment.run(withRelay(withApis(spec, served), relay.directory), streams);
    if (launch.launched) return exit;
  } catch (error) {
    refused = error instanceof EnvironmentError && error.code === "container_refused";
    if (!refused || launch.launched) throw error;
  }
  const tell = () =>
    warn(
      `what the program logs with ${
        served.names.join(" or ")
      } is not taken: the image's python3 could not reach aero`,
    );
  if (!refused && !launch.refused) tell();
  // If the engine refuses this as well, in its own words, it was for another reason.
  const exit = await environment.run(spec, streams);
  if (refused) tell();
  return exit;
}

function withRelay(spec: ContainerSpec, directory: string): ContainerSpec {
  const file = `${CONTAINER_API}/${RELAY_FILE.path}`;
  // -I and -S: neither the program's variables nor its packages have a say in it.
  const command = ["python3", "-I", "-S", "-B", file, `${CONTAINER_API_PORT}`, `${CONTAINER_API}/socket`];
  return {
    ...spec,
    command: [...command, ...spec.command],
    mounts: [...spec.mounts, { source: directory, target: CONTAINER_API, writable: false }],
  };
}
