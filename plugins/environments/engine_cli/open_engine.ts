import { EnvironmentError } from "../../../core/plugin/environment.ts";
import type { ContainerEnvironment, ImageDigest } from "../../../core/plugin/environment.ts";
import type { PluginContext } from "../../../core/plugin/context.ts";
import { ask, type EngineCommand } from "./call.ts";
import type { Engine } from "./engine.ts";
import { EngineEnvironment, type FoundImage } from "./engine_environment.ts";
import { engineUnavailable } from "./engine_failure.ts";
import { findProgram, isThere } from "./find_program.ts";
import { describeImage } from "./images.ts";
import type { Quirks } from "./quirks.ts";

/**
 * Finds an engine's command and proves with one call that the engine answers.
 *
 * @param first The image that will be inspected first: the engine is asked for both at once.
 * @throws {EnvironmentError} `engine_unavailable`.
 */
export async function openEngine(
  quirks: Quirks,
  context: PluginContext,
  first?: ImageDigest,
): Promise<ContainerEnvironment> {
  const { signal } = context;
  const command = findCommand(quirks, context);
  const [said, looked] = await Promise.allSettled([
    ask(command, ["version", "--format", "{{json .}}"], { signal }),
    first === undefined ? undefined : lookFor(first, { command, quirks }, signal),
  ]);
  if (said.status === "rejected") throw said.reason;
  const answer = said.value;
  if (answer.code !== 0) throw engineUnavailable(quirks, answer.stderr, { command });
  const { version, rootless, remote } = readVersion(quirks, command, answer.stdout);
  const [init, gpus] = await Promise.all([hasInit(quirks), hasGpus(quirks)]);
  const capabilities = {
    gpus,
    networkNone: true,
    rootless,
    limits: !rootless || remote || await hasCgroupV2(),
  };
  context.log("environment.open", { engine: quirks.program, version, ...capabilities, init });
  return new EngineEnvironment({
    command,
    quirks,
    name: `${quirks.program} ${version}`,
    capabilities,
    init,
    // In a rootless engine root inside is the user outside, and the image needs no second copy with other owners.
    user: rootless ? "0:0" : `${Deno.uid() ?? 0}:${Deno.gid() ?? 0}`,
    ...(context.urgent === undefined ? {} : { urgent: context.urgent }),
    log: context.log,
    // What failed is asked again by whoever wants it.
  }, looked.status === "fulfilled" ? looked.value : undefined);
}

async function lookFor(
  image: ImageDigest,
  engine: Pick<Engine, "command" | "quirks">,
  signal: AbortSignal,
): Promise<FoundImage | undefined> {
  const description = await describeImage(engine, image, signal);
  return description === undefined ? undefined : { image, description };
}

function findCommand(quirks: Quirks, context: PluginContext): EngineCommand {
  const path = findProgram(quirks.program, context.variable("PATH") ?? "");
  if (path === undefined) {
    throw new EnvironmentError("engine_unavailable", {
      what: `Cannot use the container engine ${JSON.stringify(quirks.program)}`,
      why: `the command ${quirks.program} is not on the PATH`,
      fix: [quirks.install],
    });
  }
  const variables: Record<string, string> = {};
  for (const name of quirks.engineVariables) {
    const value = context.variable(name);
    if (value !== undefined && value !== "") variables[name] = value;
  }
  return { path, variables };
}

interface VersionDocument {
  readonly Client?: { readonly Version?: string };
  readonly Server?: {
    readonly Version?: string;
    readonly Components?: readonly { readonly Name?: string }[];
  } | null;
}

function readVersion(
  quirks: Quirks,
  command: EngineCommand,
  text: string,
): { version: string; rootless: boolean; remote: boolean } {
  let document: VersionDocument;
  try {
    document = JSON.parse(text) as VersionDocument;
  } catch (cause) {
    throw engineUnavailable(quirks, text, { cause, command });
  }
  const server = document.Server ?? undefined;
  if (quirks.daemon && server === undefined) {
    throw engineUnavailable(quirks, "no server answered", { command });
  }
  // A rootless dockerd lists rootlesskit among its components (moby, daemon/info_unix.go).
  const rootless = quirks.daemon
    ? server?.Components?.some((component) => component.Name === "rootlesskit") ?? false
    : (Deno.uid() ?? 0) !== 0;
  return {
    version: server?.Version ?? document.Client?.Version ?? "unknown",
    rootless,
    // podman tells of a server only where another machine, mostly a virtual one, does its work.
    remote: !quirks.daemon && server !== undefined,
  };
}

async function hasInit(quirks: Quirks): Promise<boolean> {
  // Off Linux the engine stands in a virtual machine that brings its own.
  if (quirks.initPaths.length === 0 || Deno.build.os !== "linux") return true;
  return (await Promise.all(quirks.initPaths.map(isThere))).includes(true);
}

async function hasGpus(quirks: Quirks): Promise<boolean> {
  if (!await isThere("/dev/nvidiactl")) return false;
  if (quirks.daemon) return true;
  const specifications = ["/etc/cdi/nvidia.yaml", "/var/run/cdi/nvidia.yaml", "/etc/cdi/nvidia.json"];
  return (await Promise.all(specifications.map(isThere))).includes(true);
}

/** Under cgroup v1 a rootless engine on this machine takes limits and ignores them. */
function hasCgroupV2(): Promise<boolean> {
  return isThere("/sys/fs/cgroup/cgroup.controllers");
}
