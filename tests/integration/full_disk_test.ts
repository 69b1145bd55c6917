import assert from "node:assert/strict";
import { TestProject } from "../support/open_project.ts";
import { subjectOrSkip } from "../support/must_run.ts";

const MIB = 2 ** 20;

/** Mounts a small file system; needs root. */
async function mount(path: string, size: string): Promise<void> {
  Deno.mkdirSync(path, { recursive: true });
  const { success, stderr } = await new Deno.Command("mount", {
    args: ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path],
  }).output();
  if (!success) throw new TypeError(`Cannot mount a file system: ${new TextDecoder().decode(stderr)}`);
}

async function unmount(path: string): Promise<void> {
  await new Deno.Command("umount", { args: ["--lazy", path] }).output();
}

const mounts = await subjectOrSkip("mount", async () => {
  const path = Deno.makeTempDirSync();
  try {
    await mount(path, "64k");
    await unmount(path);
  } finally {
    Deno.removeSync(path);
  }
});

/** Fills what is left of a disk but for some bytes. */
function fill(path: string, leave: number): void {
  using file = Deno.openSync(path, { create: true, write: true });
  const piece = new Uint8Array(64 * 1024);
  let size = 0;
  try {
    for (;;) size += file.writeSync(piece);
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOSPC") throw error;
  }
  file.truncateSync(Math.max(0, size - leave));
}

const CONFIG = {
  stages: { train: { command: "sh train.sh", inputs: { data: "counts" }, outputs: ["model"] } },
};
const TRAIN = `echo '{"loss":1}' >> "$AERO_METRICS"; sleep 0.3
head -c \${SIZE:-2000000} /dev/urandom > "$AERO_OUTPUTS/model/model"
echo '{"loss":0.5}' >> "$AERO_METRICS"`;

/** Each place that can be full, where it is in a test project, and how to leave too little room in it. */
const PLACES: { name: string; path: (test: TestProject) => string; size: string; leave: number }[] = [
  { name: "the storage", path: (test) => test.storagePath, size: "32m", leave: MIB },
  { name: "the cache", path: (test) => test.git.beside("cache"), size: "32m", leave: MIB },
  { name: "the project's state", path: (test) => `${test.root}/.aero`, size: "32m", leave: MIB },
  {
    name: "the project's state to the last byte",
    path: (test) => `${test.root}/.aero`,
    size: "32m",
    leave: 0,
  },
  { name: "the storage to the last byte", path: (test) => test.storagePath, size: "32m", leave: 0 },
];

/** Adds a version of the data that a run needs in the cache. */
async function addData(test: TestProject): Promise<void> {
  const path = test.git.beside("counts");
  const bytes = new Uint8Array(2 * MIB);
  for (let at = 0; at < bytes.length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  Deno.writeFileSync(path, bytes);
  const { code, err } = await test.aero(["data", "add", path, "--name", "counts"]);
  assert.equal(code, 0, err());
}

for (const place of PLACES) {
  Deno.test({
    name: `a run with ${place.name} full exits 4, says so, harms nothing, and works once there is room`,
    ignore: "skipped" in mounts,
    async fn() {
      await using test = new TestProject();
      test.commit(CONFIG, { "train.sh": TRAIN });
      const disk = place.path(test);
      await mount(disk, place.size);
      try {
        await addData(test);
        const first = await test.aero(["run"]);
        assert.equal(first.code, 0, first.err());
        await addData(test);
        fill(`${disk}/filler`, place.leave);

        const full = await test.aero(["run", "--force"]);

        assert.equal(full.code, 4, full.err());
        assert.match(full.err(), /full|no space/i);
        assert.ok(full.err().includes(disk), full.err());
        Deno.removeSync(`${disk}/filler`);
        const checked = await test.aero(["storage", "fsck"]);
        assert.equal(checked.code, 0, checked.out());
        const listed = await test.aero(["list"]);
        assert.equal(listed.code, 0, listed.err());
        assert.deepEqual(test.unrecorded(), []);
        const next = await test.aero(["run", "--force"]);
        assert.equal(next.code, 0, next.err());
        const states = await test.use(async ({ services }) =>
          (await services.archive.records("toy")).map(({ state }) => state)
        );
        assert.ok(states.every((state) => ["succeeded", "failed", "lost"].includes(state)), states.join());
        assert.equal(states.filter((state) => state === "succeeded").length, 2);
      } finally {
        await unmount(disk);
      }
    },
  });
}

Deno.test({
  name: "`aero data add` with the storage full exits 4, names where, adds no version and leaves nothing half",
  ignore: "skipped" in mounts,
  async fn() {
    await using test = new TestProject();
    test.commit(CONFIG, { "train.sh": TRAIN });
    await mount(test.storagePath, "4m");
    try {
      Deno.writeFileSync(test.git.beside("big"), crypto.getRandomValues(new Uint8Array(65_536)));
      Deno.truncateSync(test.git.beside("big"), 16 * MIB);

      const { code, err } = await test.aero(["data", "add", test.git.beside("big"), "--name", "big"]);

      assert.equal(code, 4, err());
      assert.match(err(), /full|no space/i);
      assert.ok(err().includes(test.storagePath), err());
      const checked = await test.aero(["storage", "fsck"]);
      assert.equal(checked.code, 0, checked.out());
      await test.use(async ({ services }) =>
        assert.deepEqual(await services.catalog.labels("toy", "big"), [])
      );
      Deno.truncateSync(test.git.beside("big"), MIB);
      assert.equal((await test.aero(["data", "add", test.git.beside("big"), "--name", "big"])).code, 0);
    } finally {
      await unmount(test.storagePath);
    }
  },
});
