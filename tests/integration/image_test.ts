import assert from "node:assert/strict";
import { AeroError } from "../../core/errors.ts";
import { readImageManifest } from "../../core/format/image_manifest_format.ts";
import type { LockEntry } from "../../core/model/lock.ts";
import { ensureImage, type EnsureImageRequest } from "../../core/pipeline/image/ensure_image.ts";
import { packagesOf } from "../../core/format/inventory_packages.ts";
import type { PluginContext } from "../../core/plugin/context.ts";
import type { ContainerEnvironment, ImageDigest } from "../../core/plugin/environment.ts";
import { objectKey } from "../../core/store/keys.ts";
import { openStore, type Store } from "../../core/store/store.ts";
import { dockerEnvironment } from "../../plugins/environments/docker/mod.ts";
import { podmanEnvironment } from "../../plugins/environments/podman/mod.ts";
import type { EnvironmentPlugin } from "../../core/plugin/registry.ts";
import { localStorage } from "../../plugins/storages/local/mod.ts";
import { committedFiles } from "../support/committed_files.ts";
import { GitProject } from "../support/git_project.ts";
import { type SubjectOrReason, subjectOrSkip } from "../support/must_run.ts";

const BASE = "localhost/aero-base:bookworm";
const PROBE = "localhost/aero-test/buildkit-probe";

/** A project, a store and an engine; images that are made here are removed at the end. */
class Workplace implements AsyncDisposable {
  readonly #abort = new AbortController();
  /** What is written to it is committed before each build. */
  readonly git = new GitProject();
  readonly #images = new Set<string>();
  /** Unlike any other, so that tests at the same time do not remove each other's images. */
  readonly project = `test-${crypto.randomUUID().slice(0, 8)}`;
  lock: readonly LockEntry[] = [];

  constructor(
    readonly directory: string,
    readonly engine: ContainerEnvironment,
    readonly command: Command,
    readonly store: Store,
  ) {}

  static async open({ open, command }: Opened): Promise<Workplace> {
    const engine = await open();
    const directory = await Deno.makeTempDir({ prefix: "aero-image-test-" });
    const signal = new AbortController().signal;
    const storage = await localStorage.open({ path: `${directory}/storage` }, contextIn(directory));
    const store = await openStore({
      storage,
      index: `${directory}/index.sqlite`,
      scratchDirectory: `${directory}/scratch`,
      signal,
    });
    return new Workplace(directory, engine, command, store);
  }

  async ensure(config: EnsureImageRequest["config"], mode: EnsureImageRequest["mode"] = "locked") {
    const steps: string[] = [];
    this.git.commit();
    await using files = await committedFiles(this.git);
    const result = await ensureImage({
      environment: this.engine,
      store: this.store,
      project: this.project,
      config,
      lock: this.lock,
      files,
      platform: "linux/amd64",
      mode,
      onOutput: () => {},
      onStep: (step, bytes) => bytes === undefined && steps.push(step),
      signal: this.#abort.signal,
    });
    if (result.built) this.#images.add(result.image);
    this.lock = result.lock;
    return { ...result, steps };
  }

  async layers(image: { readonly manifest: Parameters<Store["open"]>[0] }) {
    return readImageManifest(await this.store.getBytes(image.manifest)).layers;
  }

  /** Makes the engine forget an image. */
  async lose(image: ImageDigest): Promise<void> {
    // The container that listed its packages may still be on its way out.
    await this.engine.removeLeftovers("none");
    assert.equal(await this.command("image", "rm", "--force", image), 0);
    assert.equal(await this.engine.inspect(image), undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
    for (const image of this.#images) await this.command("image", "rm", "--force", image);
    await this.store[Symbol.asyncDispose]();
    await this.store.storage[Symbol.asyncDispose]();
    await Deno.remove(this.directory, { recursive: true });
    this.git[Symbol.dispose]();
  }
}

function contextIn(directory: string, variables: Readonly<Record<string, string>> = {}): PluginContext {
  return {
    signal: new AbortController().signal,
    now: () => new Date(),
    variable: (name) => variables[name] ?? Deno.env.get(name),
    log: () => {},
    dataDirectory: directory,
  };
}

/** Runs an engine's command; its exit code. */
type Command = (...args: string[]) => Promise<number>;

interface Opened {
  readonly open: () => Promise<ContainerEnvironment>;
  readonly command: Command;
}

async function openEngine(
  plugin: EnvironmentPlugin,
  variables: Readonly<Record<string, string>> = {},
): Promise<Opened> {
  const open = async () => {
    const engine = await plugin.open(contextIn("/nonexistent", variables));
    if (engine.kind !== "container") throw new TypeError(`${plugin.name} is no container engine`);
    return engine;
  };
  await (await open())[Symbol.asyncDispose]();
  const command: Command = async (...args) => {
    const options = { args, stdout: "null", stderr: "null", env: variables } as const;
    return (await new Deno.Command(plugin.name, options).output()).code;
  };
  if (await command("image", "inspect", BASE) !== 0) throw new TypeError(`there is no image ${BASE}`);
  return { open, command };
}

/** The first docker command on the PATH that brings BuildKit along. */
async function openBuildKit(): Promise<Opened> {
  await openEngine(dockerEnvironment);
  const context = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${context}/Dockerfile`, "FROM scratch\nCOPY Dockerfile /\n");
    for (const PATH of (Deno.env.get("PATH") ?? "").split(":")) {
      const env = { PATH, DOCKER_BUILDKIT: "1" };
      const docker = async (...args: string[]) =>
        (await new Deno.Command(`${PATH}/docker`, { args, stdout: "null", stderr: "null", env }).output())
          .success;
      try {
        if (!await docker("build", "--tag", PROBE, context)) continue;
        await docker("image", "rm", PROBE);
        return await openEngine(dockerEnvironment, env);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    throw new TypeError("no docker command on the PATH has BuildKit");
  } finally {
    await Deno.remove(context, { recursive: true });
  }
}

/** Which engines tests ask for, by the names in `AERO_TEST_MUST_RUN`. */
const ENGINES = {
  podman: () => openEngine(podmanEnvironment),
  docker: () => openEngine(dockerEnvironment, { DOCKER_BUILDKIT: "0" }),
  "docker-buildkit": openBuildKit,
} as const;

const opened = new Map<string, SubjectOrReason<Opened>>();
for (const [name, open] of Object.entries(ENGINES)) opened.set(name, await subjectOrSkip(name, open));

function imageTest(
  engine: keyof typeof ENGINES,
  name: string,
  run: (workplace: Workplace) => Promise<void>,
): void {
  const found = opened.get(engine)!;
  Deno.test({
    name: `${engine}: ${name}`,
    ignore: "skipped" in found,
    async fn() {
      if ("skipped" in found) return;
      await using workplace = await Workplace.open(found.subject);
      await run(workplace);
    },
  });
}

const podmanTest = (name: string, run: (workplace: Workplace) => Promise<void>) =>
  imageTest("podman", name, run);

for (const engine of ["docker", "docker-buildkit"] as const) {
  imageTest(engine, "system packages are installed on a base, and unchanged means no rebuild", async (w) => {
    const config = { image: BASE, systemPackages: ["bc"] };

    const built = await w.ensure(config, "update");
    const again = await w.ensure(config);

    assert.deepEqual(built.steps, ["pull", "build", "keep", "inventory"]);
    assert.deepEqual([again.steps, again.image], [[], built.image]);
    const packages = packagesOf(await w.store.getBytes(built.inventory!));
    assert.match(packages.get("bc@deb") ?? "", /^1\.07/);
  });

  imageTest(engine, "a Dockerfile builds on images by FROM and by COPY --from", async (w) => {
    const dockerfile = `FROM ${BASE} AS first\nRUN echo made >/made\nFROM ${BASE}\n` +
      `COPY --from=first /made /made\nCOPY --from=${BASE} /etc/debian_version /version\n`;
    w.git.write("Dockerfile", dockerfile);
    const config = { build: { dockerfile: "Dockerfile", context: "." } };

    const built = await w.ensure(config, "update");
    const again = await w.ensure(config);

    assert.deepEqual([built.built, again.built, again.image], [true, false, built.image]);
    assert.equal((await w.layers(built)).length, (await w.engine.inspect(built.image))?.diffIds.length);
  });
}

podmanTest(
  "an image with system packages is built once, and comes back from storage as the same image",
  async (w) => {
    const config = { image: BASE, systemPackages: ["bc"] };

    const built = await w.ensure(config, "update");
    const again = await w.ensure(config);
    await w.lose(built.image);
    const restored = await w.ensure(config);

    assert.deepEqual(built.steps, ["pull", "build", "keep", "inventory"]);
    assert.deepEqual(again.steps, []);
    assert.deepEqual(restored.steps, ["load"]);
    assert.deepEqual([again.image, restored.image], [built.image, built.image]);
    assert.deepEqual(
      (await w.engine.inspect(built.image))?.diffIds,
      (await w.layers(built)).map((l) => l.digest),
    );
    assert.equal(await w.engine.resolve(built.reference), built.image, "its name is back, too");
  },
);

podmanTest(
  "the inventory of an image names its packages, and the lock file the version of those declared",
  async (w) => {
    const { inventory, lock } = await w.ensure({ image: BASE, systemPackages: ["bc"] }, "update");

    const packages = packagesOf(await w.store.getBytes(inventory!));
    assert.match(packages.get("bc@deb") ?? "", /^1\.07/);
    assert.match(packages.get("python@generic") ?? "", /^3\.11/);
    assert.equal(packages.get("debian@operating-system"), "12");
    assert.deepEqual(
      lock.flatMap((entry) => entry.kind === "package" ? [[entry.name, entry.version]] : []),
      [["bc", packages.get("bc@deb")]],
    );
  },
);

podmanTest(
  "two images on one base share its layers in storage, and a flipped byte there imports nothing",
  async (w) => {
    w.git.write("data.txt", "data");
    w.git.write("A", `FROM ${BASE}\nCOPY data.txt /\n`);
    w.git.write("B", `ARG B=${BASE}\nFROM $B AS x\nFROM x\nRUN touch /b\n`);
    const fileOf = (dockerfile: string) => ({ build: { dockerfile, context: "." } });

    const a = await w.ensure(fileOf("A"), "update");
    const b = await w.ensure(fileOf("B"), "update");
    const [baseA, topA] = await w.layers(a), [baseB, topB] = await w.layers(b);
    assert.equal(baseA?.digest, baseB?.digest);
    assert.notEqual(topA?.digest, topB?.digest);

    await w.lose(b.image);
    const path = `${w.directory}/storage/${objectKey(baseB!.digest)}`;
    await Deno.chmod(path, 0o644);
    using file = await Deno.open(path, { read: true, write: true });
    await file.seek(50_000_000, Deno.SeekMode.Start);
    const byte = new Uint8Array(1);
    await file.read(byte);
    await file.seek(50_000_000, Deno.SeekMode.Start);
    await file.write(byte.map((value) => value ^ 1));

    await assert.rejects(
      w.ensure(fileOf("B")),
      (error) => error instanceof AeroError && error.kind === "corrupt",
    );
    assert.equal(await w.engine.inspect(b.image), undefined);
  },
);

podmanTest("a build that cannot be done says why", async (w) => {
  await assert.rejects(
    w.ensure({ image: BASE, systemPackages: ["no-such-package-anywhere"] }, "update"),
    (error) =>
      error instanceof AeroError && error.code === "build_failed" && /no-such-package/.test(error.message),
  );
});
