import type { Candidate } from "../cli/complete.ts";
import type { CompletionKind } from "../cli/flags.ts";
import { paramNames } from "../config/override.ts";
import type { App } from "./define.ts";

/**
 * Names in the project that a shell may offer; none for a kind that the project cannot tell quickly.
 *
 * @throws {AeroError} if the project cannot be read; completion then offers nothing.
 */
export async function completionValues(kind: CompletionKind, app: App): Promise<readonly Candidate[]> {
  switch (kind) {
    case "stage": {
      const { project } = await app.config();
      return Object.keys(project.stages).map((value) => ({ value }));
    }
    case "artifact": {
      const { project } = await app.config();
      const stages = Object.values(project.stages);
      const names = new Set(stages.flatMap((stage) => [...stage.outputs, ...Object.values(stage.inputs)]));
      return [...names].map((value) => ({ value }));
    }
    case "param": {
      const { project } = await app.config();
      return paramNames(project.params).map((name) => ({ value: `${name}=` }));
    }
    default:
      return [];
  }
}
