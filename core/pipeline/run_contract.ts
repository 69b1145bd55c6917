import type { Digest } from "../model/digest.ts";
import type { Params } from "../model/params.ts";
import { seedOf } from "./seed.ts";

/** Where a program finds its files. In a container these are always {@link CONTAINER_LAYOUT}. */
export interface ProgramLayout {
  /** The commit; the program starts in the project's directory of it. */
  readonly code: string;
  readonly inputs: string;
  readonly outputs: string;
  /** Params and metrics. */
  readonly exchange: string;
  /** The `aero` module for Python. */
  readonly python: string;
  /** The `aero` command for shells. */
  readonly bin: string;
}

/** The paths inside a container, which is how a version writes them on every kind of environment. */
export const CONTAINER_LAYOUT: ProgramLayout = {
  code: "/aero/code",
  inputs: "/aero/inputs",
  outputs: "/aero/outputs",
  exchange: "/aero/run",
  python: "/aero/python",
  bin: "/aero/bin",
};

/** Where a container has what it reaches APIs by. */
export const CONTAINER_API = "/aero/api";

/**
 * The port by which a program in a network of its own reaches APIs. Always the same, so that it is no difference between
 * runs; not among the ports that Linux gives out by itself (ip_local_port_range begins at 32768).
 */
export const CONTAINER_API_PORT = 23760;

/** The directory of each name under a root: `{ data: "/aero/inputs/data" }`. */
export function directoriesOf(root: string, names: Iterable<string>): Record<string, string> {
  return Object.fromEntries(Array.from(names, (name) => [name, `${root}/${name}`]));
}

/**
 * The variables that tell a program about its run; they win over variables of the same name in the config, except
 * that a configured PYTHONPATH is kept behind aero's own directory.
 *
 * @param env Variables of the config.
 * @param run Its stage key seeds the program if the params have no seed, so that runs which may stand for each other
 *   in the result cache have the same seed.
 */
export function programVariables(
  layout: ProgramLayout,
  env: Readonly<Record<string, string>>,
  run: { readonly id: string; readonly params: Params; readonly stageKey: Digest },
): Record<string, string> {
  const seed = String(seedOf(run.params, run.stageKey));
  return {
    // Output is shown live, and Python holds it back unless told otherwise.
    PYTHONUNBUFFERED: "1",
    PYTHONDONTWRITEBYTECODE: "1",
    ...env,
    AERO_INPUTS: layout.inputs,
    AERO_OUTPUTS: layout.outputs,
    AERO_PARAMS: `${layout.exchange}/params.json`,
    AERO_METRICS: `${layout.exchange}/metrics.jsonl`,
    AERO_RUN_ID: run.id,
    AERO_SEED: seed,
    PYTHONHASHSEED: env.PYTHONHASHSEED ?? seed,
    PYTHONPATH: env.PYTHONPATH ? `${layout.python}:${env.PYTHONPATH}` : layout.python,
  };
}
