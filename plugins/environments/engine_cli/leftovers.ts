import { ask } from "./call.ts";
import { removeContainers } from "./container_state.ts";
import type { Engine } from "./engine.ts";
import { engineUnavailable } from "./engine_failure.ts";
import { RUN_LABEL } from "./run_arguments.ts";

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
