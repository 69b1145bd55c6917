/** The known mistakes of tools of this kind that show in containers only, each named after what it prevents. */
import assert from "node:assert/strict";
import { readImageManifest } from "../../core/format/image_manifest_format.ts";
import { AeroProcess } from "../support/aero_process.ts";
import { TestProject } from "../support/open_project.ts";
import { BASE_IMAGE, podman, podmanOrSkip } from "../support/podman.ts";

const podmanHere = await podmanOrSkip();
const ignore = podmanHere === undefined;
const TRAIN = { command: "sh train.sh", outputs: ["model"] };

function lastJson(text: string) {
  return JSON.parse(text.trim().split("\n").at(-1)!);
}

/** Makes the image and commits the lock file; the image's digest. */
async function build(test: TestProject): Promise<string> {
  const { code, out, err } = await test.aero(["--json", "build"]);
  assert.equal(code, 0, err());
  test.git.commit();
  return JSON.parse(out().split("\n")[0]!).image;
}

/** A Dockerfile that gives another image each time it is built. */
const EVER_NEW = () => `FROM ${BASE_IMAGE}\n# ${crypto.randomUUID()}\nRUN date +%s%N > /etc/built-at\n`;

async function removeImage(image: string): Promise<void> {
  await podman("image", "rm", "--force", image.replace("sha256:", ""));
}

Deno.test({
  name: "prevents a failing container and an aero that exits 0",
  ignore,
  async fn() {
    await using test = new TestProject();
    test.commit({ environment: { use: "podman", image: BASE_IMAGE }, stages: { train: TRAIN } }, {
      "train.sh": "exit 125",
    });
    await build(test);

    for (
      const [script, exit] of [
        // 125, 126 and 127 are also what an engine's own command ends with.
        ["exit 125", { how: "exited", code: 125 }],
        ["exit 1", { how: "exited", code: 1 }],
        ["kill -9 $$", { how: "signalled", signal: "SIGKILL" }],
      ] as const
    ) {
      test.git.commit({ "train.sh": script });
      const { code, out } = await test.aero(["--json", "run"]);
      assert.equal(code, 1, script);
      assert.equal(lastJson(out()).state, "failed");
      if (exit.how === "exited") assert.deepEqual(lastJson(out()).exit, exit);
    }
  },
});

Deno.test({
  name: "prevents `docker run -it` without a terminal",
  ignore,
  async fn() {
    await using test = new TestProject();
    test.commit({ environment: { use: "podman", image: BASE_IMAGE }, stages: { train: TRAIN } }, {
      "train.sh": '[ ! -t 0 ] && [ ! -t 1 ] && read -r line; echo "read $?" > "$AERO_OUTPUTS/model/m"',
    });
    await build(test);

    const end = await AeroProcess.run(["run"], { cwd: test.root, env: test.env });

    assert.equal(end.code, 0, end.err);
    assert.doesNotMatch(end.err, /TTY|terminal/i);
  },
});

Deno.test({
  name: "prevents git-ignored files that leak into the image",
  ignore,
  async fn() {
    await using test = new TestProject();
    const dockerfile = `FROM ${BASE_IMAGE}\nCOPY . /copied\n# ${crypto.randomUUID()}\n`;
    test.commit({
      environment: { use: "podman", build: { dockerfile: "Dockerfile" } },
      stages: { train: TRAIN },
    }, {
      "train.sh": 'ls -A /copied > "$AERO_OUTPUTS/model/files"',
      "Dockerfile": dockerfile,
      ".gitignore": "secret.env\n",
    });
    test.git.write("secret.env", "PASSWORD=1");
    const image = await build(test);
    try {
      const { code, err } = await test.aero(["run"]);
      assert.equal(code, 0, err());
      await test.aero(["artifact", "get", "model", test.git.beside("model")]);
      const files = Deno.readTextFileSync(test.git.beside("model/files")).split("\n");
      assert.ok(files.includes("train.sh"));
      assert.ok(!files.includes("secret.env"), files.join());
    } finally {
      await removeImage(image);
    }
  },
});

Deno.test({
  name: "prevents an image that is never kept, and a rerun that rebuilds the image and forgets the params",
  ignore,
  async fn() {
    await using test = new TestProject();
    const environment = { use: "podman", build: { dockerfile: "Dockerfile" } };
    test.commit({ params: { depth: 5 }, environment, stages: { train: TRAIN } }, {
      "train.sh": 'cat /etc/built-at "$AERO_PARAMS" > "$AERO_OUTPUTS/model/m"',
      "Dockerfile": EVER_NEW(),
    });
    const image = await build(test);
    try {
      const first = lastJson((await test.aero(["--json", "run", "depth=9"])).out());
      await test.use(async ({ services: { archive, store } }) => {
        const record = (await archive.getRecord("toy", first.run))!;
        const { config, layers } = readImageManifest(await store.getBytes(record.image!.manifest));
        assert.equal(config.digest, image);
        for (const part of [config, ...layers]) assert.ok(await store.has(part.digest));
        assert.ok(await store.has(record.image!.inventory!.digest));
      });
      await removeImage(image);
      test.commit({ params: { depth: 6 }, environment, stages: { train: TRAIN } }, {
        "Dockerfile": EVER_NEW(),
      });

      const again = await test.aero(["--json", "rerun", first.run]);

      assert.equal(again.code, 0, again.err());
      const { run, outputs, parent } = lastJson(again.out());
      assert.equal(parent.kind, "rerun-of");
      assert.deepEqual(outputs, first.outputs, "the very image and params gave the very bytes");
      await test.use(async ({ services: { archive } }) => {
        const version = await archive.getVersion((await archive.getRecord("toy", run))!.version);
        assert.deepEqual(version.params, { depth: 9 });
        assert.equal(version.environment.kind === "container" && version.environment.image, image);
      });
    } finally {
      await removeImage(image);
    }
  },
});

Deno.test({
  name: "prevents a base image named by a tag: the tag moves, and the locked image still runs",
  ignore,
  async fn() {
    const name = `localhost/aero-moving-${crypto.randomUUID().slice(0, 8)}:latest`;
    const directory = await Deno.makeTempDir();
    await Deno.writeTextFile(`${directory}/Dockerfile`, `FROM ${BASE_IMAGE}\nRUN date +%s%N > /etc/moved\n`);
    const other = (await podman("build", "--quiet", "--pull=never", directory)).split("\n").at(-1)!;
    await using test = new TestProject();
    try {
      await podman("tag", BASE_IMAGE, name);
      test.commit({ environment: { use: "podman", image: name }, stages: { train: TRAIN } }, {
        "train.sh": 'if [ -e /etc/moved ]; then echo moved; else echo locked; fi > "$AERO_OUTPUTS/model/m"',
      });
      const image = await build(test);
      await podman("tag", other, name);

      const { code, out, err } = await test.aero(["--json", "run"]);

      assert.equal(code, 0, err());
      await test.aero(["artifact", "get", "model", test.git.beside("model")]);
      assert.equal(Deno.readTextFileSync(test.git.beside("model/m")), "locked\n");
      await test.use(async ({ services: { archive } }) => {
        const record = (await archive.getRecord("toy", lastJson(out()).run))!;
        const { environment } = await archive.getVersion(record.version);
        assert.equal(environment.kind === "container" && environment.image, image);
        assert.equal(record.image!.reference, name);
      });
      // Only who asks for it gets what the name stands for today.
      const updated = await test.aero(["--json", "build", "--update"]);
      assert.notEqual(JSON.parse(updated.out().split("\n")[0]!).image, image, updated.err());
    } finally {
      await podman("untag", name).catch(() => {});
      await podman("image", "rm", "--force", other).catch(() => {});
      await Deno.remove(directory, { recursive: true });
    }
  },
});
