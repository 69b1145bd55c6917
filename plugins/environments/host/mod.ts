import { EnvironmentError, type HostEnvironment, type RunOptions } from "../../../core/plugin/environment.ts";
import type { EnvironmentCapabilities, ProgramSpec } from "../../../core/plugin/environment.ts";
import type { EnvironmentPlugin } from "../../../core/plugin/registry.ts";
import type { OperationOptions } from "../../../core/plugin/context.ts";
import type { ProgramExit } from "../../../core/model/run.ts";
import { endProcessesOf } from "./run_processes.ts";
import { runProgram } from "./run_program.ts";

/** Programs run on this machine as it is: described, not kept. */
export const hostEnvironment: EnvironmentPlugin = {
  kind: "environment",
  name: "host",
  summary: "No container: programs run on this machine as it is, which is described and not kept",
  // A run that nobody can repeat is chosen by a person, never by default.
  opens: "host",
  automatic: false,
  async open(context) {
    context.signal.throwIfAborted();
    return new ProcessEnvironment({
      gpus: await hasGpus(),
      networkNone: false,
      rootless: Deno.uid() !== 0,
      limits: false,
    }, context.urgent);
  },
};

class ProcessEnvironment implements HostEnvironment {
  readonly kind = "host";
  #closed = false;

  readonly #urgent: AbortSignal | undefined;

  constructor(readonly capabilities: EnvironmentCapabilities, urgent: AbortSignal | undefined) {
    this.#urgent = urgent;
  }

  async run(spec: ProgramSpec, options: RunOptions): Promise<ProgramExit> {
    this.#checkOpen();
    return await runProgram(spec, options, this.#urgent);
  }

  async removeLeftovers(runId: string, options?: OperationOptions): Promise<number> {
    this.#checkOpen();
    return await endProcessesOf(runId, options?.signal);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  #checkOpen(): void {
    if (!this.#closed) return;
    throw new EnvironmentError("closed", {
      what: "Cannot use the host environment",
      why: "it has been closed",
    });
  }
}

async function hasGpus(): Promise<boolean> {
  try {
    await Deno.stat("/dev/nvidiactl");
    return true;
  } catch {
    return false;
  }
}
