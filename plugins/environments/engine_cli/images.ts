import {
  EnvironmentError,
  type ImageDescription,
  type ImageDigest,
  type ImageReference,
} from "../../../core/plugin/environment.ts";
import { ask } from "./call.ts";
import type { Engine } from "./engine.ts";
import { engineUnavailable, engineWords, throwIfUnavailable } from "./engine_failure.ts";
import { parseImageDescription } from "./image_description.ts";
import { imageNotFound } from "./judge_exit.ts";

/** What the engine knows of a local image; `undefined` if it has none of that name. */
export async function describeImage(
  engine: Pick<Engine, "command" | "quirks">,
  name: string,
  signal?: AbortSignal,
): Promise<ImageDescription | undefined> {
  const answer = await ask(engine.command, ["image", "inspect", name], { signal });
  if (answer.code === 0) return parseImageDescription(answer.stdout);
  if (engine.quirks.imageMissing.test(answer.stderr)) return undefined;
  throw engineUnavailable(engine.quirks, answer.stderr, { command: engine.command });
}

/**
 * The digest of a local image, or else of one that is pulled.
 *
 * @throws {EnvironmentError} `image_not_found` with the engine's words, `engine_unavailable`.
 */
export async function resolveImage(
  engine: Engine,
  reference: ImageReference,
  signal?: AbortSignal,
): Promise<ImageDigest> {
  const name = withoutTagIfDigest(reference);
  const local = await describeImage(engine, name, signal);
  if (local !== undefined) return local.id;
  engine.log("environment.pull", { reference });
  const remote = fullName(name);
  const answer = await ask(engine.command, ["pull", "--quiet", remote], { signal });
  if (answer.code !== 0) {
    throwIfUnavailable(engine.quirks, engine.command, answer.stderr);
    throw notFound(engine, reference, engineWords(answer.stderr));
  }
  const pulled = await describeImage(engine, remote, signal);
  if (pulled === undefined) throw notFound(engine, reference, "it was pulled and is not there");
  return pulled.id;
}

/**
 * Gives an image a further name.
 *
 * @throws {EnvironmentError} `image_not_found` if the engine lacks it, `engine_unavailable`.
 */
export async function tagImage(
  engine: Engine,
  image: ImageDigest,
  reference: ImageReference,
  signal?: AbortSignal,
): Promise<void> {
  const answer = await ask(engine.command, ["tag", image, reference], { signal });
  if (answer.code === 0) return;
  if (engine.quirks.imageMissing.test(answer.stderr)) throw imageNotFound(image);
  throw engineUnavailable(engine.quirks, answer.stderr, { command: engine.command });
}

/** podman refuses a name with both; the digest says all. */
function withoutTagIfDigest(reference: string): string {
  return reference.replace(/:[^:/@]+(?=@sha256:)/, "");
}

/**
 * The name as docker reads it, so that no machine's list of search registries decides what is pulled.
 *
 * @see distribution/reference, `ParseNormalizedNamed`.
 */
export function fullName(reference: string): string {
  const slash = reference.indexOf("/");
  if (slash < 0) return `docker.io/library/${reference}`;
  const first = reference.slice(0, slash);
  return /[.:]/.test(first) || first === "localhost" ? reference : `docker.io/${reference}`;
}

function notFound(engine: Engine, reference: string, why: string): EnvironmentError {
  return new EnvironmentError("image_not_found", {
    what: `Cannot find image "${reference}"`,
    why: `${engine.quirks.program} has no such image and could not pull it${why === "" ? "" : `: ${why}`}`,
    fix: [
      "correct the image's name",
      `bring it by hand: \`${engine.quirks.program} pull ${reference}\``,
    ],
  });
}
