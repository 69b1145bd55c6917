import { EnvironmentError } from "../../../core/plugin/environment.ts";
import type { ContainerSpec } from "../../../core/plugin/environment.ts";
import { shortDigest } from "../../../core/model/digest.ts";
import type { ProgramExit } from "../../../core/model/run.ts";
import { type ContainerState, readContainerState } from "./container_state.ts";
import type { Engine } from "./engine.ts";
import { engineUnavailable, engineWords, throwIfUnavailable } from "./engine_failure.ts";
import { kernelEndedForMemory, monitorSawMemoryEnd } from "./out_of_memory.ts";
import { signalOfExitCode } from "./signal_names.ts";

/** What is known when the engine's `run` has ended. */
export interface Ending {
  readonly spec: ContainerSpec;
  /** The container's name. */
  readonly name: string;
  readonly status: Deno.CommandStatus;
  /** The end of what was printed on stderr. */
  readonly stderr: string;
  readonly memoryKillsBefore: number | undefined;
  /** Where the engine's command ran. */
  readonly directory: string;
}

// podman-run(1), "Exit Status", and docker's alike: the engine failed, could not call, did not find the program.
const ENGINE_CODES = new Set([125, 126, 127]);

/**
 * Tells how a program ended, or that the engine did not run it.
 *
 * A code of 128 + n is a signal's, as in every shell: engines report a program that signal n ended and one that
 * exits with that number alike.
 *
 * @throws {EnvironmentError} `image_not_found`, `container_refused`, `engine_unavailable`.
 */
export async function judgeExit(engine: Engine, ending: Ending): Promise<ProgramExit> {
  const { status, stderr } = ending;
  if (status.signal !== null) {
    throw engineUnavailable(engine.quirks, `its command was ended by ${status.signal} while the program ran`);
  }
  if (status.code === 0) return { how: "exited", code: 0 };
  const state = await readContainerState(engine, ending.name);
  // Somebody removed the container while its program ran; the command still had the program's code.
  if (state === undefined && !ENGINE_CODES.has(status.code)) return exitOfCode(status.code);
  if (state === undefined || !state.started) throw refusal(engine, ending);
  if (state.running) throw engineUnavailable(engine.quirks, "its command ended while the program ran");
  const { initFailure } = engine.quirks;
  if (engine.init && initFailure.code.includes(state.exitCode)) {
    const words = initFailure.words.exec(stderr)?.[1];
    if (words !== undefined) throw refused(ending, words);
  }
  return await exitOf(state, ending);
}

async function exitOf(state: ContainerState, ending: Ending): Promise<ProgramExit> {
  const code = state.exitCode;
  if (code !== 137) return exitOfCode(code);
  const outOfMemory = state.outOfMemory || monitorSawMemoryEnd(ending.directory) ||
    await kernelEndedForMemory(state.id, ending.memoryKillsBefore);
  return outOfMemory ? { how: "out_of_memory" } : exitOfCode(code);
}

function exitOfCode(code: number): ProgramExit {
  const signal = signalOfExitCode(code);
  return signal === undefined ? { how: "exited", code } : { how: "signalled", signal };
}

function refusal(engine: Engine, ending: Ending): EnvironmentError {
  throwIfUnavailable(engine.quirks, engine.command, ending.stderr);
  if (engine.quirks.imageMissing.test(ending.stderr)) return imageNotFound(ending.spec.image);
  return refused(ending, engineWords(ending.stderr));
}

function refused(ending: Ending, why: string): EnvironmentError {
  const program = ending.spec.command[0] ?? "";
  const isMissing = /No such file or directory|executable file not found/.test(why);
  return new EnvironmentError("container_refused", {
    what: `Cannot start "${program}" in image ${shortDigest(ending.spec.image)}`,
    ...(why === "" ? {} : { why: isMissing ? `the image has no program "${program}" (${why})` : why }),
    ...(isMissing && program === "python"
      ? { fix: ["many images have `python3` only: name that in the command"] }
      : {}),
  });
}

/** The engine lacks an image. */
export function imageNotFound(image: ContainerSpec["image"]): EnvironmentError {
  return new EnvironmentError("image_not_found", {
    what: `Cannot find image ${shortDigest(image)}`,
    why: `the engine does not have ${image}`,
  });
}
