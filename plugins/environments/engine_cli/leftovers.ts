import { ask } from "./call.ts";
import { removeContainers } from "./container_state.ts";
import type { Engine } from "./engine.ts";
import { engineUnavailable } from "./engine_failure.ts";
import { RUN_LABEL } from "./run_arguments.ts";
import { hasEnded, PROCESS_LABEL } from "./started_by.ts";
import { removeWorkingContainers } from "./working_containers.ts";

/**
 * Removes what processes of aero that are no more have left in the engine: containers in which they looked at images or
 * ran something, and those of builds. Nothing depends on it, so a failure is only logged.
 */
export async function removeLeftoversOfTheDead(engine: Engine): Promise<void> {
  try {
    const containers = await removeContainersOfTheDead(engine);
    const working = engine.quirks.leavesWorkingContainers ? await removeWorkingContainers(engine) : 0;
    if (containers + working > 0) engine.log("environment.leftovers_removed", { containers, working });
  } catch (error) {
    engine.log("environment.remove_failed", { error: String(error) });
  }
}

async function removeContainersOfTheDead(engine: Engine): Promise<number> {
  const { code, stdout } = await ask(
    engine.command,
    ["ps", "--all", "--no-trunc", "--filter", `label=${PROCESS_LABEL}`, "--format", "{{.ID}} {{.Labels}}"],
  );
  if (code !== 0) return 0;
  // docker prints `a=1,b=2`, podman `map[a:1 b:2]`.
  const found = new RegExp(`^([0-9a-f]+) .*\\b${RegExp.escape(PROCESS_LABEL)}[:=]([^\\s,\\]]+)`, "gm");
  const dead = [...stdout.matchAll(found)].filter(([, , label]) => hasEnded(label!)).map(([, id]) => id!);
  return dead.length > 0 && await removeContainers(engine, dead) ? dead.length : 0;
}

/** Removes the containers of a run; how many there were. */
export async function removeLeftoversOf(
  engine: Engine,
  runId: string,
  signal?: AbortSignal,
): Promise<number> {
  const answer = await ask(
    engine.command,
    ["ps", "--all", "--quiet", "--no-trunc", "--filter", `label=${RUN_LABEL}=${runId}`],
    { signal },
  );
  if (answer.code !== 0) throw engineUnavailable(engine.quirks, answer.stderr, { command: engine.command });
  const ids = answer.stdout.split("\n").filter((line) => line !== "");
  if (ids.length === 0) return 0;
  if (!await removeContainers(engine, ids)) {
    throw engineUnavailable(engine.quirks, `it could not remove ${ids.length} containers of run ${runId}`);
  }
  return ids.length;
}
