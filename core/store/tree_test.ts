import assert from "node:assert/strict";
import { filesToWrite } from "../../tests/support/files_to_write.ts";
import { findingsOf, openMemoryStore } from "../../tests/support/memory_store.ts";
import { FaultyStorage } from "../../tests/support/faulty_storage.ts";
import type { Digest } from "../model/digest.ts";
import type { ScanMemory, TreeScan } from "../model/tree_scan.ts";
import { addTree, getManifest } from "./tree.ts";

const isCode = (code: string, path: string) => (error: unknown) => {
  const { code: found, message } = error as { code: string; message: string };
  assert.ok(message.includes(path), message);
  return found === code;
};

function write(directory: string, files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    const at = `${directory}/${path}`;
    Deno.mkdirSync(at.slice(0, at.lastIndexOf("/")), { recursive: true });
    Deno.writeFileSync(at, typeof content === "string" ? new TextEncoder().encode(content) : content);
  }
}

/** Remembers everything, settled or not. */
class Memory implements ScanMemory {
  readonly scans = new Map<string, TreeScan>();
  recall = (root: string) => this.scans.get(root);
  remember = (root: string, scan: TreeScan) => void this.scans.set(root, scan);
}

Deno.test("a directory becomes a manifest, sorted, with links and executable bits", async () => {
  await using test = await openMemoryStore();
  const data = `${test.directory}/data`;
  write(data, { "b/run.sh": "#!", "a.txt": "hello", "b.txt": "", "big": new Uint8Array(700_000) });
  Deno.chmodSync(`${data}/b/run.sh`, 0o755);
  Deno.symlinkSync("../a.txt", `${data}/b/link`);

  const added = await addTree(test.store, data);

  assert.deepEqual(added.content.entries.map(({ path }) => path), [
    "a.txt",
    "b.txt",
    "b/link",
    "b/run.sh",
    "big",
  ]);
  assert.deepEqual(added.content.entries[2], { kind: "link", path: "b/link", target: "../a.txt" });
  const script = added.content.entries[3]!;
  assert.equal(script.kind === "file" && script.executable, true);
  assert.equal(added.files, 4);
  assert.equal(added.bytes, 700_007);
  assert.deepEqual(await getManifest(test.store, added.manifest), added.content);
  assert.deepEqual(await findingsOf(test.store), []);
});

Deno.test("a manifest is sorted by the bytes of whole paths, whatever order folders and names have", async () => {
  await using test = await openMemoryStore();
  const data = `${test.directory}/data`;
  const sorted = ["a-b", "a.txt", "a/b", "a/c/d", "a0", "\uff5e/x", "\u{1f600}"];
  write(data, Object.fromEntries(sorted.toReversed().map((path) => [path, path])));

  const added = await addTree(test.store, data);

  assert.deepEqual(added.content.entries.map(({ path }) => path), sorted);
});

Deno.test("a single file becomes an artifact of one file with its name", async () => {
  await using test = await openMemoryStore();
  write(test.directory, { "counts.csv": "a,b\n" });

  const added = await addTree(test.store, `${test.directory}/counts.csv`);

  assert.deepEqual(added.content.entries.map(({ path }) => path), ["counts.csv"]);
});

Deno.test("files come back read-only, with their executable bit", async () => {
  await using test = await openMemoryStore();
  const data = `${test.directory}/data`;
  write(data, { "a": "hello", "x": "#!", "big": new Uint8Array(700_000).fill(7), "empty": "" });
  Deno.chmodSync(`${data}/x`, 0o700);
  const { content } = await addTree(test.store, data);
  const out = `${test.directory}/out`;
  Deno.mkdirSync(out);

  await (await test.reopen()).getFiles(filesToWrite(content, out));

  assert.equal(Deno.readTextFileSync(`${out}/a`), "hello");
  assert.deepEqual(Deno.readFileSync(`${out}/big`), new Uint8Array(700_000).fill(7));
  assert.deepEqual(
    ["a", "x", "empty"].map((name) => Deno.statSync(`${out}/${name}`).mode! & 0o777),
    [0o444, 0o555, 0o444],
  );
});

Deno.test("many files go in and come out by Workers", async () => {
  await using test = await openMemoryStore();
  const data = `${test.directory}/data`;
  write(data, Object.fromEntries(Array.from({ length: 700 }, (_, i) => [`f${i}`, `content ${i % 600}`])));
  const seen: number[] = [];

  const { content } = await addTree(test.store, data, { onProgress: (_, files) => seen.push(files) });
  const out = `${test.directory}/out`;
  Deno.mkdirSync(out);
  await test.store.getFiles(filesToWrite(content, out));

  assert.equal(seen.at(-1), 700);
  for (const i of [0, 599, 600, 699]) {
    assert.equal(Deno.readTextFileSync(`${out}/f${i}`), `content ${i % 600}`);
  }
  assert.deepEqual([...Deno.readDirSync(test.store.stagingDirectory)], []);
  assert.deepEqual(await findingsOf(test.store), []);
});

Deno.test("a wrong object is refused, and its file is not left", async () => {
  await using test = await openMemoryStore();
  const data = `${test.directory}/data`;
  write(data, { "a": "hello", "b": "world" });
  const { content } = await addTree(test.store, data);
  const pack = [...test.objects].find(([key]) => key.startsWith("packs/"))!;
  pack[1].bytes[0]! ^= 1;
  const out = `${test.directory}/out`;
  Deno.mkdirSync(out);

  await assert.rejects(
    test.store.getFiles(filesToWrite(content, out)),
    (error) => (error as { code: string }).code === "object_corrupt",
  );

  assert.deepEqual([...Deno.readDirSync(out)].map(({ name }) => name).filter((name) => name === "a"), []);
});

Deno.test("an unchanged tree is not read again, and is asked for with one question", async () => {
  let counting!: FaultyStorage;
  await using test = await openMemoryStore((storage) => counting = new FaultyStorage(storage));
  const data = `${test.directory}/data`;
  write(data, { "a": "hello", "b": "world" });
  const statIndex = new Memory();
  const first = await addTree(test.store, data, { statIndex });
  const asked = counting.asked.length;

  const second = await addTree(test.store, data, { statIndex });

  assert.deepEqual(second.manifest, first.manifest);
  assert.deepEqual(counting.asked.slice(asked), []);
});

Deno.test("an unchanged tree that has a name costs no question, also of a store that knows nothing yet", async () => {
  let counting!: FaultyStorage;
  await using test = await openMemoryStore((storage) => counting = new FaultyStorage(storage));
  const data = `${test.directory}/data`;
  write(data, { "a": "hello", "b": "world" });
  const statIndex = new Memory();
  const first = await addTree(test.store, data, { statIndex });
  const late = await test.reopen((storage) => counting = new FaultyStorage(storage));
  const named: Digest[] = [];
  const add = (isNamed: boolean) =>
    addTree(late, data, {
      statIndex,
      isNamed: (manifest) => {
        named.push(manifest);
        return Promise.resolve(isNamed);
      },
    });
  const asked = counting.asked.length;

  assert.deepEqual(await add(true), first);

  assert.deepEqual(counting.asked.slice(asked), []);
  assert.deepEqual(named, [first.manifest.digest]);
  assert.deepEqual(await add(false), first);
  assert.notDeepEqual(counting.asked.slice(asked), []);
  write(data, { "b": "others" });
  const changed = await add(true);
  assert.notDeepEqual(changed.manifest, first.manifest);
  assert.deepEqual(await getManifest(late, changed.manifest), changed.content);
  assert.equal(named.length, 2);
});

Deno.test("a tree whose manifest is gone from the storage is stored again", async () => {
  await using test = await openMemoryStore();
  const data = `${test.directory}/data`;
  write(data, { "a": "hello", "b": "world" });
  const statIndex = new Memory();
  const { manifest } = await addTree(test.store, data, { statIndex });
  test.objects.clear();
  const late = await test.reopen();

  await addTree(late, data, { statIndex });

  assert.equal((await getManifest(late, manifest)).entries.length, 2);
  assert.deepEqual(await findingsOf(late), []);
});

Deno.test("paths that are equal after case folding are warned of", async () => {
  await using test = await openMemoryStore();
  const data = `${test.directory}/data`;
  write(data, { "Read.me": "a", "read.me": "b" });

  const { warnings } = await addTree(test.store, data);

  assert.deepEqual(warnings, ["Read.me and read.me are one file where case does not count"]);
});

for (const target of ["/etc/passwd", "../../outside", ".."]) {
  Deno.test(`a link to ${target} is refused by name`, async () => {
    await using test = await openMemoryStore();
    const data = `${test.directory}/data`;
    write(data, { "a": "hello" });
    Deno.symlinkSync(target, `${data}/link`);

    await assert.rejects(addTree(test.store, data), isCode("link_leaves", "data/link"));
  });
}

Deno.test("a named pipe is refused by name, and nobody waits for its writer", async () => {
  await using test = await openMemoryStore();
  const data = `${test.directory}/data`;
  write(data, { "a": "hello" });
  await new Deno.Command("mkfifo", { args: [`${data}/pipe`] }).output();

  await assert.rejects(addTree(test.store, data), isCode("file_special", "data/pipe"));
  await assert.rejects(test.store.putFiles([`${data}/pipe`]), isCode("file_special", "data/pipe"));
});

Deno.test("a name that is not UTF-8 is refused", async () => {
  await using test = await openMemoryStore();
  const data = `${test.directory}/data`;
  write(data, { "a": "hello" });
  await new Deno.Command("bash", { args: ["-c", `touch '${data}/'$'bad\\xff'`] }).output();

  await assert.rejects(addTree(test.store, data), isCode("path_unsafe", "data/bad"));
});

Deno.test("a file that cannot be read names itself", async () => {
  await using test = await openMemoryStore();

  await assert.rejects(
    test.store.putFiles([`${test.directory}/absent`]),
    isCode("file_unreadable", "absent"),
  );
  await assert.rejects(addTree(test.store, `${test.directory}/absent`), isCode("file_unreadable", "absent"));
});
