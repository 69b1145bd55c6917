import { shortDigest } from "../../../core/model/digest.ts";
import { EnvironmentError, type ImageDigest } from "../../../core/plugin/environment.ts";
import { endProcess, spawn, stopOnAbort } from "./call.ts";
import type { Engine } from "./engine.ts";
import { engineUnavailable, engineWords, throwIfUnavailable } from "./engine_failure.ts";
import { describeImage } from "./images.ts";
import { imageNotFound } from "./judge_exit.ts";
import { pump, Tail } from "./output.ts";

/** The image as a docker-archive; an engine that fails on the way fails the stream. */
export async function saveImage(
  engine: Engine,
  image: ImageDigest,
  signal?: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  if (await describeImage(engine, image, signal) === undefined) throw imageNotFound(image);
  const child = spawn(engine.command, ["save", ...engine.quirks.saveFlags, image]);
  const stop = stopOnAbort(child, signal);
  const tail = new Tail(4096);
  const said = pump(child.stderr, (bytes) => tail.add(bytes));
  const reader = child.stdout.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value);
      const [status] = await Promise.all([child.status, said]);
      stop[Symbol.dispose]();
      signal?.throwIfAborted();
      if (!status.success) throw engineUnavailable(engine.quirks, tail.text());
      controller.close();
    },
    async cancel() {
      endProcess(child, "SIGTERM");
      await reader.cancel();
      await Promise.all([child.status, said]);
      stop[Symbol.dispose]();
    },
  }, { highWaterMark: 0 });
}

/**
 * Takes in a docker-archive.
 *
 * @throws {EnvironmentError} `image_mismatch` if `image` is not there afterwards, `engine_unavailable`.
 */
export async function loadImage(
  engine: Engine,
  image: ImageDigest,
  archive: ReadableStream<Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const child = spawn(engine.command, ["load", "--quiet"], { stdin: "piped" });
  using _stop = stopOnAbort(child, signal);
  const tail = new Tail(4096);
  const keep = (bytes: Uint8Array) => tail.add(bytes);
  const fed = feed(child, archive);
  const [status, broken] = await Promise.all([
    child.status,
    fed,
    pump(child.stdout, () => {}),
    pump(child.stderr, keep),
  ]);
  signal?.throwIfAborted();
  if (broken !== undefined) throw broken.error;
  if (!status.success) throwIfUnavailable(engine.quirks, engine.command, tail.text());
  if (await describeImage(engine, image, signal) !== undefined) return;
  const words = engineWords(tail.text());
  throw new EnvironmentError("image_mismatch", {
    what: `Cannot load image ${shortDigest(image)}`,
    why: status.success || words === "" ? `the archive does not hold ${image}` : words,
  });
}

/** Writes the archive to the command; gives the archive's own failure, if it has one. */
async function feed(
  child: Deno.ChildProcess,
  archive: ReadableStream<Uint8Array>,
): Promise<{ readonly error: unknown } | undefined> {
  const writer = child.stdin.getWriter();
  const reader = archive.getReader();
  try {
    while (true) {
      let piece;
      try {
        piece = await reader.read();
      } catch (error) {
        // Half an archive must not look like a whole one.
        endProcess(child, "SIGKILL");
        await writer.abort(error).catch(() => {});
        return { error };
      }
      if (piece.done) break;
      await writer.write(piece.value);
    }
    await writer.close();
  } catch {
    // The command ended before it had read all; its exit code and words say why, or it had enough.
    await reader.cancel().catch(() => {});
  }
  return undefined;
}
