import assert from "node:assert/strict";
import { committedFiles } from "../../../tests/support/committed_files.ts";
import { FakeEngine } from "../../../tests/support/fake_engine.ts";
import { FakeImageStore } from "../../../tests/support/fake_image_store.ts";
import { GitProject } from "../../../tests/support/git_project.ts";
import { testImage, testLayer } from "../../../tests/support/image_archive.ts";
import { AeroError } from "../../errors.ts";
import { readImageManifest } from "../../format/image_manifest_format.ts";
import type { LockEntry } from "../../model/lock.ts";
import type { CommitFiles } from "./commit_files.ts";
import { builtImageName, type EnsuredImage, ensureImage, type EnsureImageRequest } from "./ensure_image.ts";
import { mergeLock } from "./image_lock.ts";

const BASE = testImage(testLayer(1)), NEWER = testImage(testLayer(9));
const GENERATED = { image: "base:1", systemPackages: ["bc"] };
const refused = (code: string) => (error: unknown) => error instanceof AeroError && error.code === code;

const needed = () => Promise.reject(new TypeError("No file is needed"));
const NO_FILES: CommitFiles = { objectId: needed, read: needed, directory: needed };

class Bench {
  readonly engine = new FakeEngine();
  readonly store = new FakeImageStore();
  files: CommitFiles = NO_FILES;
  lock: readonly LockEntry[] = [];

  constructor() {
    this.engine.names.set("base:1", BASE);
  }

  /** What one call does, and the engine's part in it. */
  async ensure(change: Partial<EnsureImageRequest> = {}): Promise<EnsuredImage & { calls: string[] }> {
    this.engine.calls.length = 0;
    const result = await ensureImage({
      environment: this.engine,
      store: this.store,
      project: "Bike_Demo",
      config: GENERATED,
      lock: this.lock,
      files: this.files,
      platform: "linux/amd64",
      mode: "locked",
      onOutput: () => {},
      signal: new AbortController().signal,
      ...change,
    });
    return { ...result, calls: [...this.engine.calls] };
  }

  /** Brings about a project that was built and locked. */
  async built(change: Partial<EnsureImageRequest> = {}): Promise<EnsuredImage> {
    const result = await this.ensure({ mode: "update", ...change });
    this.lock = result.lock;
    return result;
  }
}

Deno.test("in update mode the image is built, kept, looked into and locked", async () => {
  const bench = new Bench();

  const result = await bench.ensure({ mode: "update" });

  assert.deepEqual(result.calls, ["resolve", "inspect", "build", "save", "run"]);
  assert.equal(result.built, true);
  assert.match(result.reference, /^localhost\/aero\/bike-demo:[0-9a-f]{12}$/);
  assert.ok(bench.store.objects.has(result.image) && bench.store.objects.has(result.manifest.digest));
  assert.ok(bench.store.objects.has(result.inventory!.digest));
  assert.deepEqual(bench.engine.builds.map(({ files }) => files), [["system_packages.sh"]]);
  assert.deepEqual(
    result.lock.map((entry) => [entry.kind, "version" in entry ? entry.version : entry.image]),
    [
      ["base", BASE.image],
      ["image", result.image],
      ["package", "1.07"],
    ],
  );
});

Deno.test("with nothing changed the engine is asked once, in both modes", async () => {
  const bench = new Bench();
  const built = await bench.built();

  for (const mode of ["locked", "update"] as const) {
    assert.deepEqual(await bench.ensure({ mode }), { ...built, built: false, calls: ["inspect"] });
  }
});

Deno.test("a lost image is loaded from storage, not built", async () => {
  const bench = new Bench();
  const { image } = await bench.built();
  bench.engine.images.clear();

  const again = await bench.ensure();

  assert.deepEqual(again.calls, ["inspect", "load"]);
  assert.equal(again.image, image);
});

Deno.test("a kept image that is damaged is an error, and nothing is built in its stead", async () => {
  const bench = new Bench();
  const { image } = await bench.built();
  bench.engine.images.clear();
  bench.store.damage(BASE.diffIds[0]!, 1000);

  await assert.rejects(bench.ensure(), refused("object_corrupt"));

  assert.ok(!bench.engine.images.has(image));
  assert.ok(!bench.engine.calls.includes("build"));
});

Deno.test("an image that is lost everywhere is built again if that gives the same one", async () => {
  const bench = new Bench();
  const { image } = await bench.built();
  bench.engine.images.clear();
  bench.store.documents.clear();

  const again = await bench.ensure();

  assert.deepEqual([again.image, again.built], [image, true]);
});

Deno.test("a build that gives another image than the lock file says is refused when locked", async () => {
  const bench = new Bench();
  await bench.built();
  bench.engine.images.clear();
  bench.store.documents.clear();
  bench.engine.salt = "another day";

  await assert.rejects(bench.ensure(), refused("image_differs"));
});

Deno.test("a build that gives another image than the lock file says is told in update mode", async () => {
  const bench = new Bench();
  const { image } = await bench.built();
  bench.engine.images.clear();
  bench.store.documents.clear();
  bench.engine.salt = "another day";

  const again = await bench.ensure({ mode: "update" });

  assert.notEqual(again.image, image);
  assert.match(again.note ?? "", /the same inputs gave/);
  assert.ok(again.lock.some((entry) => entry.kind === "image" && entry.image === again.image));
});

Deno.test("without lock entries nothing is resolved or built when locked", async () => {
  const bench = new Bench();

  for (const config of [GENERATED, { image: "base:1" }]) {
    await assert.rejects(bench.ensure({ config }), refused("lock_missing"));
  }
  await bench.built();
  await assert.rejects(
    bench.ensure({ config: { ...GENERATED, systemPackages: ["zip"] } }),
    refused("lock_missing"),
  );
  await assert.rejects(bench.ensure({ platform: "linux/arm64" }), refused("lock_missing"));

  assert.deepEqual(bench.engine.calls, []);
});

Deno.test("a moving name that has moved does not change a locked environment", async () => {
  const bench = new Bench();
  const { image } = await bench.built();
  bench.engine.names.set("base:1", NEWER);

  assert.equal((await bench.ensure()).image, image);
  assert.equal((await bench.ensure({ mode: "update" })).image, image);
});

Deno.test("a base image that is gone and has moved is refused when locked, and taken anew in update mode", async () => {
  const bench = new Bench();
  const config = { image: "base:1" };
  await bench.built({ config });
  bench.engine.images.clear();
  bench.store.documents.clear();
  bench.engine.names.set("base:1", NEWER);

  await assert.rejects(bench.ensure({ config }), refused("base_moved"));
  const again = await bench.ensure({ config, mode: "update" });

  assert.equal(again.image, NEWER.image);
  assert.match(again.note ?? "", /base:1 is/);
});

Deno.test("a base image alone is kept and needs no build", async () => {
  const bench = new Bench();

  const { image, reference, built, calls } = await bench.ensure({
    mode: "update",
    config: { image: "base:1" },
  });

  assert.deepEqual([image, reference, built], [BASE.image, "base:1", false]);
  assert.deepEqual(calls, ["resolve", "inspect", "save", "run"]);
});

Deno.test("a Dockerfile is built with its bases pinned and sees the context that it names", async () => {
  using git = new GitProject();
  const bench = new Bench();
  git.commit({
    "env/Dockerfile": "FROM base:1\nCOPY requirements.txt /\n",
    "env/requirements.txt": "numpy\n",
  });
  await using before = await committedFiles(git);
  git.commit({ "train.py": "print(1)\n" });
  await using after = await committedFiles(git);
  const config = { build: { dockerfile: "env/Dockerfile", context: "env" } };

  bench.files = before;
  const first = await bench.built({ config });
  bench.files = after;
  const second = await bench.ensure({ config });

  assert.equal(bench.engine.builds[0]?.dockerfile, `FROM ${BASE.image}\nCOPY requirements.txt /\n`);
  assert.deepEqual(bench.engine.builds[0]?.files, ["Dockerfile", "requirements.txt"]);
  assert.deepEqual([second.image, second.built], [first.image, false]);
  await assert.rejects(
    bench.ensure({ mode: "update", config: { build: { ...config.build, context: "none" } } }),
    refused("path_unsafe"),
  );
});

Deno.test("an engine that takes names only builds on a name of the base's digest", async () => {
  const bench = new Bench();
  bench.engine.buildsOnDigests = false;

  await bench.built();

  const name = `localhost/aero/base:${BASE.image.slice(7)}`;
  assert.equal(bench.engine.names.get(name)?.image, BASE.image);
  assert.equal(bench.engine.builds[0]?.dockerfile.split("\n")[0], `FROM ${name}`);
});

Deno.test("mergeLock() keeps other platforms and drops what this one no longer uses", () => {
  const [old, other, next] = ["linux/amd64", "linux/arm64", "linux/amd64"].map((platform, i): LockEntry => ({
    kind: "base",
    reference: `base:${i}`,
    platform,
    image: BASE.image,
  }));

  assert.deepEqual(mergeLock([old!, other!], [next!], "linux/amd64"), [other, next]);
});

Deno.test("builtImageName() makes a name that engines take of any project", () => {
  assert.equal(builtImageName("A._b-C", "0123456789ab"), "localhost/aero/a-b-c:0123456789ab");
});

for (const lost of ["the manifest", "the config", "a layer", "the inventory"] as const) {
  Deno.test(`an image of which the storage has lost ${lost} is kept again, since a run is about to promise it`, async () => {
    const bench = new Bench();
    const { image, manifest, inventory } = await bench.built();
    const { layers } = readImageManifest(await bench.store.getBytes(manifest));
    const digest = {
      "the manifest": manifest.digest,
      "the config": image,
      "a layer": layers[0]!.digest,
      "the inventory": inventory!.digest,
    }[lost];
    bench.store.objects.delete(digest);

    const again = await bench.ensure();

    assert.ok(bench.store.objects.has(digest));
    assert.equal(again.built, false);
    assert.deepEqual([again.image, again.manifest], [image, manifest]);
  });
}
