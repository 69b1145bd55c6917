import {
  type BuildSource,
  EnvironmentError,
  type ImageDigest,
  type ImageReference,
} from "../../../core/plugin/environment.ts";
import { spawn, stopOnAbort } from "./call.ts";
import type { Engine } from "./engine.ts";
import { throwIfUnavailable } from "./engine_failure.ts";
import { describeImage } from "./images.ts";
import { removeLeftoversOfTheDead } from "./leftovers.ts";
import { pump, Tail } from "./output.ts";
import { hasBridge } from "./run_container.ts";

/**
 * What podman 4.3 says when another process removes an image while a build looks through all of them for one that it
 * made before.
 */
const REMOVED_MEANWHILE = /checking if cached image exists.*layer not known/;
const ATTEMPTS = 3;

/**
 * Builds an image and gives it its tag.
 *
 * @throws {EnvironmentError} `build_failed` with the last lines, `engine_unavailable`.
 */
export async function buildImage(
  engine: Engine,
  source: BuildSource,
  onOutput: (bytes: Uint8Array) => void,
  signal?: AbortSignal,
): Promise<ImageDigest> {
  signal?.throwIfAborted();
  await removeLeftoversOfTheDead(engine);
  const hostNetwork = engine.quirks.buildsOnHostNetwork || !await hasBridge(engine);
  const args = [
    "build",
    ...engine.quirks.buildFlags,
    ...(hostNetwork ? ["--network", "host"] : []),
    "--file",
    source.dockerfile,
    "--tag",
    source.tag,
    ...Object.entries(source.args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
    source.context,
  ];
  for (let attempt = 1;; attempt++) {
    const { success, said } = await build(engine, args, onOutput, signal);
    if (success) break;
    if (attempt < ATTEMPTS && REMOVED_MEANWHILE.test(said)) continue;
    throwIfUnavailable(engine.quirks, engine.command, said);
    throw buildFailed(source.tag, lastLines(said));
  }
  // By the tag rather than by an id file: one call either way, and no file to make room for.
  const built = await describeImage(engine, source.tag, signal);
  if (built === undefined) throw buildFailed(source.tag, "the engine gave no image");
  return built.id;
}

/** One build; what the engine said last goes with how it ended. */
async function build(
  engine: Engine,
  args: readonly string[],
  onOutput: (bytes: Uint8Array) => void,
  signal: AbortSignal | undefined,
): Promise<{ readonly success: boolean; readonly said: string }> {
  const child = spawn(engine.command, args);
  using _stop = stopOnAbort(child, signal);
  const tail = new Tail(4096);
  const take = (bytes: Uint8Array) => {
    tail.add(bytes);
    onOutput(bytes);
  };
  const [{ success }] = await Promise.all([child.status, pump(child.stdout, take), pump(child.stderr, take)]);
  if (signal?.aborted) {
    await removeLeftoversOfTheDead(engine);
    throw signal.reason;
  }
  return { success, said: tail.text() };
}

function buildFailed(tag: ImageReference, why: string): EnvironmentError {
  return new EnvironmentError("build_failed", { what: `Cannot build image "${tag}"`, why });
}

function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-12).join("\n");
}
