import assert from "node:assert/strict";
import { digestOf } from "../format/digest_of.ts";
import type { Manifest } from "../model/manifest.ts";
import { parseRelativePath } from "../model/relative_path.ts";
import { placeTree } from "./place.ts";
import { CacheRoom } from "./room.ts";
import { openTreeCache, type TreeCache, type WantedFile } from "./trees.ts";

const CONTENT: Record<string, string> = { "a.txt": "hello", "b/run": "#!" };
const MANIFEST: Manifest = {
  entries: [
    ...Object.entries(CONTENT).map(([path, content]) => ({
      kind: "file" as const,
      path: parseRelativePath(path),
      size: content.length,
      digest: digestOf(content),
      executable: path === "b/run",
    })),
    { kind: "link", path: parseRelativePath("c"), target: "a.txt" },
  ],
};
const DIGEST = digestOf("manifest");

interface Subject extends AsyncDisposable {
  readonly cache: TreeCache;
  readonly directory: string;
  fetched: number;
  fetch(items: readonly WantedFile[]): Promise<void>;
}

async function openSubject(): Promise<Subject> {
  const directory = await Deno.makeTempDir();
  const subject: Subject = {
    cache: await openTreeCache(`${directory}/cache`),
    directory,
    fetched: 0,
    // deno-lint-ignore require-await -- as the contract has it
    async fetch(items) {
      for (const { path, executable } of items) {
        const content = Object.entries(CONTENT).find(([name]) => path.endsWith(`/${name}`))![1];
        Deno.writeTextFileSync(path, content, { mode: executable ? 0o555 : 0o444 });
        subject.fetched++;
      }
    },
    async [Symbol.asyncDispose]() {
      subject.cache[Symbol.dispose]();
      await new Deno.Command("chmod", { args: ["-R", "u+w", directory] }).output();
      await Deno.remove(directory, { recursive: true });
    },
  };
  return subject;
}

const materialize = (subject: Subject) =>
  subject.cache.materialize(DIGEST, MANIFEST, (items) => subject.fetch(items));

Deno.test("a tree is made once, read-only, and then found", async () => {
  await using subject = await openSubject();

  const first = await materialize(subject);
  const second = await materialize(subject);

  assert.equal(first, second);
  assert.equal(subject.fetched, 2);
  assert.equal(Deno.readTextFileSync(`${first}/c`), "hello");
  assert.deepEqual(
    ["", "/a.txt", "/b", "/b/run"].map((path) => Deno.statSync(first + path).mode! & 0o777),
    [0o555, 0o444, 0o555, 0o555],
  );
  // Two files, the note of its size and the stamps, each in blocks of 4 KiB.
  assert.equal(subject.cache.list()[0]!.bytes, 2 * 4096 + 4096 + 4096 + 4 * 4096);
});

for (
  const [harm, change] of [
    ["a file of other bytes", (tree: string) => {
      Deno.chmodSync(`${tree}/a.txt`, 0o644);
      Deno.writeTextFileSync(`${tree}/a.txt`, "HELLO");
    }],
    ["a file too many", (tree: string) => {
      Deno.chmodSync(tree, 0o755);
      Deno.writeTextFileSync(`${tree}/extra`, "");
    }],
    ["a file too few", (tree: string) => {
      Deno.chmodSync(tree, 0o755);
      Deno.removeSync(`${tree}/a.txt`);
    }],
    ["a link elsewhere", (tree: string) => {
      Deno.chmodSync(tree, 0o755);
      Deno.removeSync(`${tree}/c`);
      Deno.symlinkSync("/etc/passwd", `${tree}/c`);
    }],
  ] as const
) {
  Deno.test(`a tree with ${harm} is made again`, async () => {
    await using subject = await openSubject();
    change(await materialize(subject));

    const tree = await materialize(subject);

    assert.equal(subject.fetched, 4);
    assert.equal(Deno.readTextFileSync(`${tree}/a.txt`), "hello");
    assert.equal(Deno.readLinkSync(`${tree}/c`), "a.txt");
    assert.deepEqual([...Deno.readDirSync(tree)].map(({ name }) => name).sort(), ["a.txt", "b", "c"]);
  });
}

Deno.test("a file whose stamp alone changed is read and kept", async () => {
  await using subject = await openSubject();
  const tree = await materialize(subject);
  Deno.linkSync(`${tree}/a.txt`, `${subject.directory}/linked`);
  Deno.utimeSync(`${tree}/a.txt`, 1, 1);

  await materialize(subject);

  assert.equal(subject.fetched, 2);
});

Deno.test("two makers at once end with one tree", async () => {
  await using subject = await openSubject();

  const trees = await Promise.all([materialize(subject), materialize(subject)]);

  assert.equal(trees[0], trees[1]);
  assert.equal(Deno.readTextFileSync(`${trees[0]}/a.txt`), "hello");
  assert.deepEqual([...Deno.readDirSync(`${subject.directory}/cache/making`)], []);
});

Deno.test("a fetch that fails leaves no tree", async () => {
  await using subject = await openSubject();

  const making = subject.cache.materialize(DIGEST, MANIFEST, () => Promise.reject(new RangeError("torn")));

  await assert.rejects(making, /torn/);
  assert.deepEqual(subject.cache.list(), []);
  assert.deepEqual([...Deno.readDirSync(`${subject.directory}/cache/making`)], []);
});

async function makeOutput(subject: Subject): Promise<string> {
  const output = `${subject.directory}/output`;
  await Deno.mkdir(`${output}/b/empty`, { recursive: true });
  Deno.writeTextFileSync(`${output}/a.txt`, "hello");
  Deno.writeTextFileSync(`${output}/b/run`, "#!", { mode: 0o755 });
  Deno.symlinkSync("a.txt", `${output}/c`);
  return output;
}

Deno.test("an output is adopted, and found without a fetch", async () => {
  await using subject = await openSubject();
  const output = await makeOutput(subject);

  assert.equal(await subject.cache.adopt(output, DIGEST, MANIFEST), true);

  const tree = await materialize(subject);
  assert.equal(subject.fetched, 0);
  assert.deepEqual([...Deno.readDirSync(`${tree}/b`)].map(({ name }) => name), ["run"]);
  assert.equal(Deno.statSync(`${tree}/a.txt`).mode! & 0o777, 0o444);
});

Deno.test("an output that changed after it was hashed is not used", async () => {
  await using subject = await openSubject();
  const output = await makeOutput(subject);
  Deno.writeTextFileSync(`${output}/a.txt`, "HELLO");
  await subject.cache.adopt(output, DIGEST, MANIFEST);

  const tree = await materialize(subject);

  assert.equal(Deno.readTextFileSync(`${tree}/a.txt`), "hello");
  assert.equal(subject.fetched, 2);
});

Deno.test("an output with a file that its manifest lacks is left where it is", async () => {
  await using subject = await openSubject();
  const output = await makeOutput(subject);
  Deno.writeTextFileSync(`${output}/extra`, "");

  assert.equal(await subject.cache.adopt(output, DIGEST, MANIFEST), false);

  assert.equal(Deno.readTextFileSync(`${output}/extra`), "");
});

Deno.test("a removed tree is gone, and removing it again is no error", async () => {
  await using subject = await openSubject();
  await materialize(subject);

  subject.cache.release(DIGEST);

  subject.cache.remove(DIGEST);
  subject.cache.remove(DIGEST);

  assert.deepEqual(subject.cache.list(), []);
});

Deno.test("a tree is placed read-only, and the cache keeps its own", async () => {
  await using subject = await openSubject();
  const tree = await materialize(subject);
  const destination = `${subject.directory}/mine`;

  assert.equal(placeTree(tree, MANIFEST, destination), "link");

  assert.equal(Deno.readTextFileSync(`${destination}/c`), "hello");
  assert.equal(Deno.statSync(`${destination}/a.txt`).mode! & 0o222, 0);
  await materialize(subject);
  assert.equal(subject.fetched, 2);
});

Deno.test("a writable placement shares nothing with the cache", async () => {
  await using subject = await openSubject();
  const tree = await materialize(subject);
  const destination = `${subject.directory}/mine`;

  placeTree(tree, MANIFEST, destination, { writable: true });
  Deno.writeTextFileSync(`${destination}/a.txt`, "changed");

  assert.equal(Deno.readTextFileSync(`${tree}/a.txt`), "hello");
});

Deno.test("a path where something is already is refused", async () => {
  await using subject = await openSubject();
  const tree = await materialize(subject);
  Deno.mkdirSync(`${subject.directory}/mine`);
  placeTree(tree, MANIFEST, `${subject.directory}/mine`);

  assert.throws(
    () => placeTree(tree, MANIFEST, `${subject.directory}/mine`),
    (error) => (error as { code: string }).code === "destination_exists",
  );
});

Deno.test("what a killed process has left half made is removed when room is counted, and what is in the making stays", async () => {
  await using subject = await openSubject();
  const making = `${subject.directory}/cache/making`;
  Deno.mkdirSync(`${making}/dead/files`, { recursive: true });
  Deno.chmodSync(`${making}/dead/files`, 0o555);
  Deno.writeTextFileSync(`${making}/dead/size`, "4096");
  const counted: number[] = [];

  await subject.cache.materialize(DIGEST, MANIFEST, (items) => {
    counted.push(subject.cache.fixedBytes());
    return subject.fetch(items);
  });

  assert.deepEqual(counted, [subject.cache.list()[0]!.bytes]);
  assert.deepEqual([...Deno.readDirSync(making)], []);
});

Deno.test("a tree that was given out is not removed before it is given back, by another process either", async () => {
  await using subject = await openSubject();
  await materialize(subject);
  await materialize(subject);
  const other = await openTreeCache(`${subject.directory}/cache`);

  assert.equal(subject.cache.remove(DIGEST), false);
  subject.cache.release(DIGEST);
  assert.equal(other.remove(DIGEST), false);
  subject.cache.release(DIGEST);
  assert.equal(other.remove(DIGEST), true);
  assert.deepEqual(subject.cache.list(), []);
});

Deno.test("a tree for which there is no room is made elsewhere, and an output is left where it is", async () => {
  await using subject = await openSubject();
  const room = new CacheRoom(`${subject.directory}/small`, 20_000);
  using cache = await openTreeCache(`${subject.directory}/small`, room);
  const elsewhere = `${subject.directory}/elsewhere`;

  const path = await cache.materialize(DIGEST, MANIFEST, (items) => subject.fetch(items), { elsewhere });

  assert.equal(path, elsewhere);
  assert.equal(Deno.readTextFileSync(`${elsewhere}/c`), "hello");
  assert.equal(await cache.adopt(elsewhere, DIGEST, MANIFEST), false);
  assert.deepEqual([cache.list(), room.usedBytes()], [[], 0]);
});
