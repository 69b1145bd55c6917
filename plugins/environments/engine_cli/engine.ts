import type { EnvironmentCapabilities } from "../../../core/plugin/environment.ts";
import type { EngineCommand } from "./call.ts";
import type { Quirks } from "./quirks.ts";

/** An engine that has answered, with all that is known of it. */
export interface Engine {
  readonly command: EngineCommand;
  readonly quirks: Quirks;
  /** `podman 4.3.1`. */
  readonly name: string;
  readonly capabilities: EnvironmentCapabilities;
  /** Whether `--init` works. */
  readonly init: boolean;
  /** `uid:gid` inside the container that is the invoking user outside. */
  readonly user: string;
  /** Ends the time that programs are given to end. */
  readonly urgent?: AbortSignal;
  readonly log: (event: string, fields?: Record<string, unknown>) => void;
}
