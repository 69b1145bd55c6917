import assert from "node:assert/strict";
import { digestOf } from "../core/format/digest_of.ts";
import { type Pushed, pushWaiting } from "../core/actions/push_waiting.ts";
import { storeData } from "../core/actions/store_data.ts";
import { FaultyStorage } from "./support/faulty_storage.ts";
import { TestProject } from "./support/open_project.ts";

/** Larger than what goes into packs. */
const LARGE = new Uint8Array(3_000_000).fill(7);

/** A project whose storage can be away, with folders of data beside it. */
class Waiting extends TestProject {
  isAway = false;

  constructor(
    folders: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>>,
    stages: Readonly<Record<string, unknown>> = {},
  ) {
    super({ storage: "memory" });
    this.wrap = (storage) => this.isAway ? new FaultyStorage(storage, [{ with: "unavailable" }]) : storage;
    this.commit({ stages });
    for (const [folder, files] of Object.entries(folders)) {
      const path = this.git.beside(folder);
      Deno.mkdirSync(path);
      for (const [name, content] of Object.entries(files)) {
        const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
        Deno.writeFileSync(`${path}/${name}`, bytes);
      }
    }
  }

  async add(folder: string): Promise<void> {
    await using app = this.open();
    await storeData(app, this.git.beside(folder), { name: folder });
  }

  async push(how: { readonly dropLost?: boolean; readonly dryRun?: boolean } = {}): Promise<Pushed> {
    await using app = this.open();
    return await pushWaiting(app, { names: [], dryRun: false, ...how });
  }

  /** Takes away the cache's copies of what stages read and wrote. */
  forgetTrees(): void {
    const trees = this.git.beside("cache/aero/trees");
    for (const directory of [trees, ...directoriesIn(trees)]) Deno.chmodSync(directory, 0o700);
    Deno.removeSync(trees, { recursive: true });
  }

  /** Files of what waits. */
  get waiting(): string[] {
    const outbox = this.git.beside("data/aero/outbox");
    return [...walk(outbox)].filter((path) => path.includes("/storage/"));
  }

  /** Has this machine lose what waits and is large: its bytes, or the files. */
  harmLarge(how: "flip" | "remove"): void {
    for (const path of this.waiting.filter((path) => Deno.statSync(path).size >= LARGE.length)) {
      Deno.chmodSync(path, 0o600);
      if (how === "remove") Deno.removeSync(path);
      else Deno.writeFileSync(path, new Uint8Array([8, ...LARGE.subarray(1)]));
    }
  }

  /** Has the storage lose all that is large. */
  loseLarge(): void {
    for (const [key, { bytes }] of [...this.objects]) {
      if (bytes.length >= LARGE.length) this.objects.delete(key);
    }
  }

  get labels(): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith("artifacts/")).sort();
  }
}

/** `two` waits, and the storage has lost its large file since. */
async function whatRestsOnLostBytes(): Promise<Waiting> {
  const project = new Waiting({
    one: { large: LARGE },
    two: { large: LARGE, more: "two" },
    three: { small: "three" },
  });
  await project.add("one");
  project.isAway = true;
  await project.add("three");
  project.isAway = false;
  await project.add("two");
  project.loseLarge();
  return project;
}

Deno.test("data whose files the storage has lost while it waited gets no label, and the rest is sent", async () => {
  await using project = await whatRestsOnLostBytes();

  const { labels, incomplete, left } = await project.push();

  assert.deepEqual(labels, ["three:v1"]);
  assert.deepEqual(project.labels, ["artifacts/toy/one/v1.json", "artifacts/toy/three/v1.json"]);
  assert.deepEqual(incomplete.map(({ kind, name, lost, dropped }) => ({ kind, name, lost, dropped })), [
    { kind: "version", name: 'a version of "two"', lost: [digestOf(LARGE)], dropped: false },
  ]);
  assert.ok(left > 0);
});

Deno.test("data that could not be sent is sent once it was added again", async () => {
  await using project = await whatRestsOnLostBytes();
  assert.equal((await project.push()).incomplete.length, 1);

  await project.add("two");
  const { labels, incomplete, left } = await project.push();

  assert.deepEqual([labels, incomplete, left], [["two:v1"], [], 0]);
  assert.ok([...project.objects.values()].some(({ bytes }) => bytes.length === LARGE.length));
});

/** `large` and `small` wait, and nothing of them is in the storage. */
async function twoWait(): Promise<Waiting> {
  const project = new Waiting({ large: { large: LARGE, more: "beside" }, small: { small: "small" } });
  project.isAway = true;
  await project.add("large");
  await project.add("small");
  project.isAway = false;
  return project;
}

for (const how of ["flip", "remove"] as const) {
  Deno.test(`what waits is sent but for what this machine has lost: ${how}`, async () => {
    await using project = await twoWait();
    project.harmLarge(how);

    const { labels, incomplete } = await project.push();

    assert.deepEqual(labels, ["small:v1"]);
    assert.deepEqual(incomplete.map(({ name, lost }) => [name, lost]), [
      ['a version of "large"', [digestOf(LARGE)]],
    ]);
    await project.add("large");
    const again = await project.push();
    assert.deepEqual([again.labels, again.incomplete, again.left], [["large:v1"], [], 0]);
  });
}

Deno.test("what is lost is given up only if that is asked for, and by name", async () => {
  await using project = await twoWait();
  project.harmLarge("flip");
  await project.push();

  const wouldDrop = await project.push({ dropLost: true, dryRun: true });
  const before = project.waiting.length;
  const dropped = await project.push({ dropLost: true });

  assert.deepEqual(wouldDrop.incomplete.map((one) => one.dropped), [false]);
  assert.ok(before > 0);
  assert.deepEqual(dropped.incomplete.map(({ name, dropped }) => [name, dropped]), [
    ['a version of "large"', true],
  ]);
  assert.deepEqual([dropped.left, project.waiting], [0, []]);
  assert.deepEqual(project.labels, ["artifacts/toy/small/v1.json"]);
});

Deno.test("a damaged pack is sent but for the objects whose bytes are wrong", async () => {
  await using project = new Waiting({ one: { a: "first", b: "second" }, two: { c: "third", d: "fourth" } });
  project.isAway = true;
  await project.add("one");
  await project.add("two");
  project.isAway = false;
  for (const path of project.waiting.filter((path) => path.includes("/packs/"))) {
    const bytes = Deno.readFileSync(path);
    const at = new TextDecoder("latin1").decode(bytes).indexOf("second");
    if (at < 0) continue;
    Deno.chmodSync(path, 0o600);
    bytes[at] = 0;
    Deno.writeFileSync(path, bytes);
  }

  const { labels, incomplete } = await project.push();

  assert.deepEqual(labels, ["two:v1"]);
  assert.deepEqual(incomplete.map(({ name, lost }) => [name, lost]), [
    ['a version of "one"', [digestOf(new TextEncoder().encode("second"))]],
  ]);
  await project.add("one");
  const again = await project.push();
  assert.deepEqual([again.labels, again.incomplete, again.left], [["one:v1"], [], 0]);
});

Deno.test("a document that waits and is damaged is named, and keeps nothing else from being sent", async () => {
  await using project = await twoWait();
  const [pending] = project.waiting.filter((path) => path.includes("/pending/toy/large/"));
  Deno.chmodSync(pending!, 0o600);
  Deno.writeTextFileSync(pending!, "{");

  const shown = await project.aero(["artifact", "show", "large"]);
  const named = await project.aero(["push", "small"]);
  const { labels, incomplete } = await project.push();

  assert.equal(shown.code, 5);
  assert.match(shown.err(), /`aero push --drop-lost`/);
  assert.equal(named.code, 0, named.err());
  assert.match(named.out(), /small:v1/);
  assert.deepEqual(labels, []);
  assert.deepEqual(incomplete.map(({ kind, name }) => [kind, name]), [["document", 'a version of "large"']]);
  assert.deepEqual((await project.push({ dropLost: true })).left, 0);
});

Deno.test("a run whose output is lost is held back with its version, and what rests on neither is sent", async () => {
  const stages = {
    large: {
      command: ["sh", "-c", `head -c ${LARGE.length} /dev/zero > \${outputs.model}/m`],
      outputs: ["model"],
    },
    small: { command: ["sh", "-c", "echo made > ${outputs.report}/r"], outputs: ["report"] },
  };
  await using project = new Waiting({}, stages);
  project.isAway = true;
  const [large, small] = (await project.run()).map(({ record }) => record);
  project.isAway = false;
  project.harmLarge("remove");
  project.forgetTrees();

  const first = await project.push();
  const shown = await project.aero(["show", small!.run]);
  const dropped = await project.push({ dropLost: true });

  const lost = [digestOf(new Uint8Array(LARGE.length))];
  assert.deepEqual(first.runs, [small!.run]);
  assert.deepEqual(first.labels, ["report:v1"]);
  assert.deepEqual(first.incomplete.map(({ kind, name, lost }) => ({ kind, name, lost })), [
    { kind: "run", name: `run ${large!.run}`, lost },
    { kind: "version", name: 'a version of "model"', lost },
  ]);
  assert.equal(shown.code, 0, shown.err());
  assert.deepEqual([dropped.left, dropped.runs], [0, []]);
  assert.ok(![...project.objects.keys()].some((key) => key.includes(large!.run)));
});

Deno.test("what is lost of a run is had from the cache, if it has a copy", async () => {
  const stages = {
    large: {
      command: ["sh", "-c", `head -c ${LARGE.length} /dev/zero > \${outputs.model}/m`],
      outputs: ["model"],
    },
  };
  await using project = new Waiting({}, stages);
  project.isAway = true;
  const [outcome] = await project.run();
  project.isAway = false;
  project.harmLarge("remove");

  const { runs, labels, incomplete, left } = await project.push();

  assert.deepEqual([runs, labels, incomplete, left], [[outcome!.record.run], ["model:v1"], [], 0]);
});

Deno.test("a run whose input is lost waits for it, and is sent once it was added again", async () => {
  const stages = { look: { command: "wc -c ${inputs.w}/large", inputs: { w: "large" } } };
  await using project = new Waiting({ large: { large: LARGE } }, stages);
  project.isAway = true;
  await project.add("large");
  const [outcome] = await project.run();
  project.isAway = false;
  project.harmLarge("flip");
  project.forgetTrees();

  const first = await project.push();
  await project.add("large");
  const second = await project.push();

  assert.deepEqual(first.incomplete.map(({ name, why }) => [name, /rests on/.test(why)]), [
    ['a version of "large"', false],
    [`run ${outcome!.record.run}`, true],
  ]);
  assert.deepEqual([second.labels, second.runs], [["large:v1"], [outcome!.record.run]]);
  assert.deepEqual([second.incomplete, second.left], [[], 0]);
});

Deno.test("aero push exits 5 while something that is lost waits, and 0 once it is given up", async () => {
  await using project = await twoWait();
  project.harmLarge("remove");

  const first = await project.aero(["push"]);
  const second = await project.aero(["push", "--drop-lost"]);

  assert.deepEqual([first.code, second.code], [5, 0]);
  assert.match(first.out(), /not sent {2}a version of "large"/);
  assert.match(second.out(), /given up {2}a version of "large"/);
});

function* directoriesIn(directory: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    if (!isDirectory) continue;
    yield `${directory}/${name}`;
    yield* directoriesIn(`${directory}/${name}`);
  }
}

function* walk(directory: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory) yield* walk(path);
    else yield path;
  }
}
