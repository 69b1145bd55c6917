import type {
  EnvironmentCapabilities,
  HostEnvironment,
  ImageDigest,
  ImageReference,
  ProgramSpec,
  RunOptions,
} from "../../core/plugin/environment.ts";
import type { ProgramExit } from "../../core/model/run.ts";
import { FakeEngine } from "./fake_engine.ts";

/** A host environment that hands everything on; mutants change one thing. */
export class PassThroughEnvironment implements HostEnvironment {
  readonly kind = "host";
  readonly capabilities: EnvironmentCapabilities;

  constructor(protected readonly inner: HostEnvironment) {
    this.capabilities = inner.capabilities;
  }

  run(spec: ProgramSpec, options: RunOptions): Promise<ProgramExit> {
    return this.inner.run(spec, options);
  }

  removeLeftovers(runId: string): Promise<number> {
    return this.inner.removeLeftovers(runId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.inner[Symbol.asyncDispose]();
  }
}

class SwallowsExitCode extends PassThroughEnvironment {
  override async run(spec: ProgramSpec, options: RunOptions): Promise<ProgramExit> {
    await super.run(spec, options);
    return { how: "exited", code: 0 };
  }
}

class CallsEvery137OutOfMemory extends PassThroughEnvironment {
  override async run(spec: ProgramSpec, options: RunOptions): Promise<ProgramExit> {
    const exit = await super.run(spec, options);
    return exit.how === "exited" && exit.code === 137 ? { how: "out_of_memory" } : exit;
  }
}

class HidesSignals extends PassThroughEnvironment {
  override async run(spec: ProgramSpec, options: RunOptions): Promise<ProgramExit> {
    const exit = await super.run(spec, options);
    return exit.how === "signalled" ? { how: "exited", code: 1 } : exit;
  }
}

class IgnoresLimits extends PassThroughEnvironment {
  override run(spec: ProgramSpec, options: RunOptions): Promise<ProgramExit> {
    return super.run({ ...spec, limits: {} }, options);
  }
}

class MixesStreams extends PassThroughEnvironment {
  override run(spec: ProgramSpec, options: RunOptions): Promise<ProgramExit> {
    return super.run(spec, { ...options, onStderr: options.onStdout });
  }
}

class CutsOutput extends PassThroughEnvironment {
  override run(spec: ProgramSpec, options: RunOptions): Promise<ProgramExit> {
    let left = 64 * 1024;
    const onStdout = (bytes: Uint8Array) => {
      if (left > 0) options.onStdout(bytes.subarray(0, left));
      left -= bytes.length;
    };
    return super.run(spec, { ...options, onStdout });
  }
}

class TakesOutputForText extends PassThroughEnvironment {
  override run(spec: ProgramSpec, options: RunOptions): Promise<ProgramExit> {
    const onStdout = (bytes: Uint8Array) =>
      options.onStdout(new TextEncoder().encode(new TextDecoder().decode(bytes)));
    return super.run(spec, { ...options, onStdout });
  }
}

class InheritsHostVariables extends PassThroughEnvironment {
  override run(spec: ProgramSpec, options: RunOptions): Promise<ProgramExit> {
    return super.run({ ...spec, env: { ...Deno.env.toObject(), ...spec.env } }, options);
  }
}

class JoinsArguments extends PassThroughEnvironment {
  override run(spec: ProgramSpec, options: RunOptions): Promise<ProgramExit> {
    return super.run({ ...spec, command: ["sh", "-c", spec.command.join(" ")] }, options);
  }
}

class ShowsSecrets extends PassThroughEnvironment {
  override run(spec: ProgramSpec, options: RunOptions): Promise<ProgramExit> {
    const assignments = Object.entries(spec.secrets).map(([name, value]) => `${name}=${value}`);
    // The shell stays, with the secret among its arguments.
    const command = ["sh", "-c", 'env "$@"; exit $?', "sh", ...assignments, ...spec.command];
    return super.run({ ...spec, command, secrets: {} }, options);
  }
}

class LeavesProcesses extends PassThroughEnvironment {
  override async run(spec: ProgramSpec, _options: RunOptions): Promise<ProgramExit> {
    const [program = "", ...args] = spec.command;
    const { code } = await new Deno.Command(program, {
      args,
      clearEnv: true,
      env: { ...spec.env, AERO_RUN_ID: spec.runId },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn().status;
    return { how: "exited", code };
  }
}

class WrapsAbort extends PassThroughEnvironment {
  override async run(spec: ProgramSpec, options: RunOptions): Promise<ProgramExit> {
    try {
      return await super.run(spec, options);
    } catch (cause) {
      throw new TypeError("Cannot run", { cause });
    }
  }
}

class KillsAtOnce extends PassThroughEnvironment {
  override run(spec: ProgramSpec, options: RunOptions): Promise<ProgramExit> {
    return super.run(spec, { ...options, graceMs: 0 });
  }
}

class RunsAfterAbort extends PassThroughEnvironment {
  override async run(spec: ProgramSpec, options: RunOptions): Promise<ProgramExit> {
    if (options.signal?.aborted !== true) return await super.run(spec, options);
    const { signal, ...rest } = options;
    await super.run(spec, rest);
    throw signal.reason;
  }
}

class ForgetsLeftovers extends PassThroughEnvironment {
  override async removeLeftovers(runId: string): Promise<number> {
    await super.removeLeftovers(runId);
    return 0;
  }
}

class WorksAfterClosing extends PassThroughEnvironment {
  override [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/** A broken environment. */
export interface MutantEnvironment {
  new (inner: HostEnvironment): HostEnvironment;
  readonly name: string;
}

/** Each breaks one promise; beside it the clause that must notice. */
export const MUTANT_ENVIRONMENTS: readonly (readonly [MutantEnvironment, string])[] = [
  [SwallowsExitCode, "a program that exits with 1 has exited with 1"],
  [CallsEvery137OutOfMemory, "a program that exits with 137 has not run out of memory"],
  [HidesSignals, "a program that SIGTERM ends is signalled"],
  [IgnoresLimits, "a limit that would not hold is unsupported, and nothing runs"],
  [MixesStreams, "1 MiB on both streams arrives complete and apart"],
  [CutsOutput, "1 MiB on both streams arrives complete and apart"],
  [TakesOutputForText, "bytes that are no text arrive as they are"],
  [InheritsHostVariables, "variables of the caller are not inherited"],
  [JoinsArguments, "arguments arrive as they are"],
  [ShowsSecrets, "a secret reaches the program and no process's arguments"],
  [LeavesProcesses, "what a program leaves running is ended with it"],
  [WrapsAbort, "an abort ends the program and comes out as the reason that went in"],
  [KillsAtOnce, "a program is told of an abort by SIGTERM and may end by itself"],
  [RunsAfterAbort, "a signal that has aborted already runs nothing"],
  [ForgetsLeftovers, "leftovers of a run are ended and counted, and those of another are not"],
  [WorksAfterClosing, "nothing can be run after closing"],
];

class NamesNothing extends FakeEngine {
  override tag(): Promise<void> {
    return Promise.resolve();
  }
}

class KeepsTheFirstName extends FakeEngine {
  #named = new Set<string>();

  override tag(image: ImageDigest, reference: ImageReference): Promise<void> {
    if (this.#named.has(reference)) return Promise.resolve();
    this.#named.add(reference);
    return super.tag(image, reference);
  }
}

class MovesAllNames extends FakeEngine {
  override async tag(image: ImageDigest, reference: ImageReference): Promise<void> {
    await super.tag(image, reference);
    for (const name of this.names.keys()) this.names.set(name, this.images.get(image)!);
  }
}

class NamesAbsentImages extends FakeEngine {
  override async tag(image: ImageDigest, reference: ImageReference): Promise<void> {
    if (this.images.has(image)) await super.tag(image, reference);
  }
}

/** The same for what only engines of containers promise. */
export const MUTANT_ENGINES: readonly (readonly [new () => FakeEngine, string])[] = [
  [NamesNothing, "a name that is given stands for the image, and moves when it is given to another"],
  [KeepsTheFirstName, "a name that is given stands for the image, and moves when it is given to another"],
  [MovesAllNames, "a name that is given stands for the image, and moves when it is given to another"],
  [NamesAbsentImages, "an image that the engine lacks gets no name"],
];
