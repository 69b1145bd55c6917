import {
  type BuildSource,
  type ContainerEnvironment,
  type ContainerSpec,
  type EnvironmentCapabilities,
  EnvironmentError,
  type ImageDescription,
  type ImageDigest,
  type ImageReference,
  type RunOptions,
} from "../../../core/plugin/environment.ts";
import type { OperationOptions } from "../../../core/plugin/context.ts";
import type { ProgramExit } from "../../../core/model/run.ts";
import { buildImage } from "./build_image.ts";
import type { Engine } from "./engine.ts";
import { refuseAdditions } from "./engine_additions.ts";
import { loadImage, saveImage } from "./image_archive.ts";
import { describeImage, resolveImage, tagImage } from "./images.ts";
import { removeLeftoversOf } from "./leftovers.ts";
import { runContainer } from "./run_container.ts";

/** An image that was there when an engine was opened. */
export interface FoundImage {
  readonly image: ImageDigest;
  readonly description: ImageDescription;
}

/** A container environment over an engine's command line. */
export class EngineEnvironment implements ContainerEnvironment {
  readonly kind = "container";
  readonly engine: string;
  readonly capabilities: EnvironmentCapabilities;
  readonly buildsOnDigests: boolean;
  readonly #engine: Engine;
  /** By image; an image cannot change, though it can go away, which `run` would notice. */
  readonly #descriptions = new Map<ImageDigest, ImageDescription>();
  /** Containers of programs that have ended, on their way out. */
  readonly #removals = new Set<Promise<unknown>>();
  /** What a look into one container gave: the engine's configuration is the same for all. */
  #looked: Promise<boolean> | undefined;
  /** Answers the first call if that asks for it: later ones ask the engine. */
  #found: FoundImage | undefined;
  #closed = false;

  constructor(engine: Engine, found?: FoundImage) {
    this.#engine = engine;
    this.#found = found;
    this.engine = engine.name;
    this.capabilities = engine.capabilities;
    this.buildsOnDigests = engine.quirks.buildsOnDigests;
  }

  async resolve(reference: ImageReference, options?: OperationOptions): Promise<ImageDigest> {
    return await resolveImage(this.#open(), reference, options?.signal);
  }

  async inspect(image: ImageDigest, options?: OperationOptions): Promise<ImageDescription | undefined> {
    const found = this.#found;
    const engine = this.#open();
    options?.signal?.throwIfAborted();
    const description = found?.image === image
      ? found.description
      : await describeImage(engine, image, options?.signal);
    if (description !== undefined) this.#descriptions.set(image, description);
    return description;
  }

  async tag(image: ImageDigest, reference: ImageReference, options?: OperationOptions): Promise<void> {
    await tagImage(this.#open(), image, reference, options?.signal);
  }

  async build(
    source: BuildSource,
    options: OperationOptions & { readonly onOutput: (bytes: Uint8Array) => void },
  ): Promise<ImageDigest> {
    return await buildImage(this.#open(), source, options.onOutput, options.signal);
  }

  async save(image: ImageDigest, options?: OperationOptions): Promise<ReadableStream<Uint8Array>> {
    return await saveImage(this.#open(), image, options?.signal);
  }

  async load(
    image: ImageDigest,
    archive: ReadableStream<Uint8Array>,
    options?: OperationOptions,
  ): Promise<void> {
    await loadImage(this.#open(), image, archive, options?.signal);
  }

  async run(spec: ContainerSpec, options: RunOptions): Promise<ProgramExit> {
    return await runContainer(this.#open(), spec, options, {
      describe: async (image) => this.#descriptions.get(image) ?? await this.inspect(image),
      lookInside: (name, inside) => this.#lookInside(name, inside),
      removing: (removal) => {
        const ending = removal
          .catch((error) => this.#engine.log("environment.remove_failed", { error: String(error) }))
          .finally(() => this.#removals.delete(ending));
        this.#removals.add(ending);
      },
    });
  }

  async removeLeftovers(runId: string, options?: OperationOptions): Promise<number> {
    // They are no leftovers: somebody is at it.
    await Promise.all(this.#removals);
    return await removeLeftoversOf(this.#open(), runId, options?.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#removals);
  }

  async #lookInside(name: string, spec: ContainerSpec): Promise<boolean> {
    this.#looked ??= this.#refuseAdditions(name, spec);
    const looking = this.#looked;
    try {
      if (await looking) return true;
    } catch (error) {
      if (error instanceof EnvironmentError && error.code === "engine_adds") throw error;
      if (this.#looked === looking) this.#looked = undefined;
      throw error;
    }
    // The container was gone: the next one is looked at.
    if (this.#looked === looking) this.#looked = undefined;
    return false;
  }

  async #refuseAdditions(name: string, spec: ContainerSpec): Promise<boolean> {
    const description = this.#descriptions.get(spec.image) ?? await this.inspect(spec.image);
    return description !== undefined && await refuseAdditions(this.#engine, name, spec, description.env);
  }

  #open(): Engine {
    this.#found = undefined;
    if (!this.#closed) return this.#engine;
    throw new EnvironmentError("closed", { what: `Cannot use ${this.engine}`, why: "it has been closed" });
  }
}
