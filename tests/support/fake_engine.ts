import { digestOf } from "../../core/format/digest_of.ts";
import { shortDigest } from "../../core/model/digest.ts";
import type { ProgramExit } from "../../core/model/run.ts";
import {
  type BuildSource,
  type ContainerEnvironment,
  type ContainerSpec,
  EnvironmentError,
  type ImageDescription,
  type ImageDigest,
  type ImageReference,
  type RunOptions,
} from "../../core/plugin/environment.ts";
import { bytesOf } from "./fake_image_store.ts";
import { LAYOUTS, tarOf, type TestImage, testImage, testLayer } from "./image_archive.ts";

/**
 * An engine in memory. A build makes an image whose bytes follow from the Dockerfile and {@link FakeEngine.salt};
 * its calls are noted by name.
 */
export class FakeEngine implements ContainerEnvironment {
  readonly kind = "container";
  readonly engine = "fake 1";
  readonly capabilities = { gpus: false, networkNone: true, rootless: false, limits: false };
  buildsOnDigests = true;
  readonly calls: string[] = [];
  readonly images = new Map<ImageDigest, TestImage>();
  /** What names stand for, here and in the registry. */
  readonly names = new Map<string, TestImage>();
  readonly builds: { readonly source: BuildSource; readonly dockerfile: string; readonly files: string[] }[] =
    [];
  /** Another salt makes builds give other images. */
  salt = "";
  /** What the inventory's script prints. */
  output = "deb\tbc\t1.07\tamd64\tinstalled\nend\n";
  exit: ProgramExit | EnvironmentError = { how: "exited", code: 0 };

  resolve(reference: ImageReference): Promise<ImageDigest> {
    this.calls.push("resolve");
    const image = this.names.get(reference);
    if (image === undefined) {
      return Promise.reject(new EnvironmentError("image_not_found", { what: reference }));
    }
    this.images.set(image.image, image);
    return Promise.resolve(image.image);
  }

  inspect(image: ImageDigest): Promise<ImageDescription | undefined> {
    this.calls.push("inspect");
    const found = this.images.get(image);
    if (found === undefined) return Promise.resolve(undefined);
    const { diffIds } = found;
    return Promise.resolve({ id: image, platform: "linux/amd64", diffIds, size: 1, env: {} });
  }

  tag(image: ImageDigest, reference: ImageReference): Promise<void> {
    this.calls.push("tag");
    const found = this.images.get(image);
    if (found === undefined) return Promise.reject(new EnvironmentError("image_not_found", { what: image }));
    this.names.set(reference, found);
    return Promise.resolve();
  }

  async build(source: BuildSource): Promise<ImageDigest> {
    this.calls.push("build");
    const dockerfile = await Deno.readTextFile(source.dockerfile);
    const files = (await Array.fromAsync(Deno.readDir(source.context))).map(({ name }) => name).sort();
    this.builds.push({ source, dockerfile, files });
    const seed = parseInt(digestOf(dockerfile + this.salt).slice(7, 13), 16);
    const image = testImage(testLayer(1), testLayer(seed, 2_000_000));
    this.images.set(image.image, image);
    this.names.set(source.tag, image);
    return image.image;
  }

  save(image: ImageDigest): Promise<ReadableStream<Uint8Array>> {
    this.calls.push("save");
    const found = this.images.get(image);
    if (found === undefined) return Promise.reject(new EnvironmentError("image_not_found", { what: image }));
    return Promise.resolve(tarOf(LAYOUTS["podman 4"]!(found)));
  }

  async load(image: ImageDigest, archive: ReadableStream<Uint8Array>): Promise<void> {
    this.calls.push("load");
    const bytes = await bytesOf(archive);
    const config = shortDigest(image);
    if (!new TextDecoder().decode(bytes).includes(config)) {
      throw new EnvironmentError("image_mismatch", { what: image });
    }
    this.images.set(image, testImage());
  }

  run(_spec: ContainerSpec, options: RunOptions): Promise<ProgramExit> {
    this.calls.push("run");
    if (this.exit instanceof EnvironmentError) return Promise.reject(this.exit);
    options.onStdout(new TextEncoder().encode(this.output));
    return Promise.resolve(this.exit);
  }

  removeLeftovers(): Promise<number> {
    return Promise.resolve(0);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
