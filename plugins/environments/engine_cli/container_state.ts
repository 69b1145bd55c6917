import { ask } from "./call.ts";
import type { Engine } from "./engine.ts";
import { engineUnavailable, throwIfUnavailable } from "./engine_failure.ts";
import { within } from "./output.ts";

/** What the engine knows of a container. */
export interface ContainerState {
  readonly id: string;
  /** Whether its program was ever started. */
  readonly started: boolean;
  readonly running: boolean;
  readonly exitCode: number;
  /** The engine's own finding; `false` may be wrong. */
  readonly outOfMemory: boolean;
}

interface InspectDocument {
  readonly Id: string;
  readonly State: {
    readonly Running: boolean;
    readonly ExitCode: number;
    readonly OOMKilled: boolean;
    readonly StartedAt: string;
  };
}

/** `undefined` if there is no such container. */
export async function readContainerState(engine: Engine, name: string): Promise<ContainerState | undefined> {
  const answer = await ask(engine.command, ["container", "inspect", name]);
  if (answer.code !== 0) {
    throwIfUnavailable(engine.quirks, engine.command, answer.stderr);
    return undefined;
  }
  const [document] = JSON.parse(answer.stdout) as InspectDocument[];
  if (document === undefined) throw engineUnavailable(engine.quirks, "it described no container");
  return {
    id: document.Id,
    // Go's zero time stands for never.
    started: !document.State.StartedAt.startsWith("0001-"),
    running: document.State.Running,
    exitCode: document.State.ExitCode,
    outOfMemory: document.State.OOMKilled,
  };
}

const REMOVE_ATTEMPTS = 4;
const REMOVE_PAUSE_MS = 250;

/** Ends and removes containers; those that are gone already are fine. Whether all are gone. */
export async function removeContainers(engine: Engine, names: readonly string[]): Promise<boolean> {
  let said = "";
  // A container whose monitor was killed is for a moment neither running nor over, and podman refuses to remove it.
  for (let attempt = 1; attempt <= REMOVE_ATTEMPTS; attempt++) {
    if (attempt > 1) await within(new Promise(() => {}), REMOVE_PAUSE_MS);
    const { code, stderr } = await ask(engine.command, ["rm", ...engine.quirks.removeFlags, ...names]);
    if (code === 0 || /no such container|no container with name or id/i.test(stderr)) return true;
    said = stderr;
    if (engine.quirks.unavailable.test(stderr)) break;
  }
  engine.log("environment.remove_failed", { names, stderr: said.slice(0, 500) });
  return false;
}
