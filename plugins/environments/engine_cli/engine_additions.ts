import { type ContainerSpec, EnvironmentError } from "../../../core/plugin/environment.ts";
import { ask } from "./call.ts";
import type { Engine } from "./engine.ts";
import { throwIfUnavailable } from "./engine_failure.ts";

/** What an engine's configuration decides of a container; `container inspect`. */
export interface ContainerInside {
  readonly Config: { readonly Env?: readonly string[] | null };
  readonly Mounts?:
    | readonly { readonly Type: string; readonly Name?: string; readonly Destination: string }[]
    | null;
}

// Every engine sets some of these for every container, whatever it is configured to do.
const ENGINES_OWN = new Set(["PATH", "HOME", "HOSTNAME", "TERM", "container"]);

/**
 * Compares a container with what was asked for.
 *
 * @param imageVariables Those that the image sets.
 * @returns What more there is, in words, such as `the variable "A"`; `undefined` if nothing.
 */
export function findAddition(
  { Config, Mounts }: ContainerInside,
  spec: ContainerSpec,
  imageVariables: Readonly<Record<string, string>>,
): string | undefined {
  const asked = new Map(Object.entries({ ...imageVariables, ...spec.env }));
  for (const variable of Config.Env ?? []) {
    const at = variable.indexOf("=");
    const name = at < 0 ? variable : variable.slice(0, at);
    if (ENGINES_OWN.has(name) || Object.hasOwn(spec.secrets, name)) continue;
    if (asked.get(name) !== variable.slice(name.length + 1)) return `the variable ${JSON.stringify(name)}`;
  }
  const targets = new Set(spec.mounts.map(({ target }) => target));
  for (const { Type, Name = "", Destination } of Mounts ?? []) {
    // New and empty ones: those of an image's VOLUME have a random name.
    if (Type === "tmpfs" || (Type === "volume" && /^[0-9a-f]{64}$/.test(Name))) continue;
    if (!targets.has(Destination)) return `the mount ${JSON.stringify(Destination)}`;
  }
  return undefined;
}

/**
 * Makes sure that the engine put nothing into a container that nobody asked for.
 *
 * @returns Whether the container was still there to be looked at.
 * @throws {EnvironmentError} `engine_adds`, `engine_unavailable`.
 */
export async function refuseAdditions(
  engine: Engine,
  name: string,
  spec: ContainerSpec,
  imageVariables: Readonly<Record<string, string>>,
): Promise<boolean> {
  const answer = await ask(engine.command, ["container", "inspect", name]);
  if (answer.code !== 0) {
    throwIfUnavailable(engine.quirks, engine.command, answer.stderr);
    return false;
  }
  const [inside] = JSON.parse(answer.stdout) as ContainerInside[];
  const addition = inside === undefined ? undefined : findAddition(inside, spec, imageVariables);
  if (addition === undefined) return inside !== undefined;
  throw new EnvironmentError("engine_adds", {
    what: `Cannot record what a program in a container of ${engine.name} sees`,
    why: `the engine's own configuration puts ${addition} into every container`,
    fix: [
      `take it out of the engine's configuration: ${engine.quirks.configuration}`,
      "declare what the program needs in aero.yaml: `env:` or `inputs:`",
    ],
  });
}
