// What a clock cannot gate, counts can: requests, programs started, files opened, modules loaded.
import assert from "node:assert/strict";
import { FileStamps } from "../core/cache/file_stamps.ts";
import { addTree } from "../core/store/tree.ts";
import { CountingStorage } from "./support/counting_storage.ts";
import { openMemoryStore } from "./support/memory_store.ts";
import { TestProject } from "./support/open_project.ts";
import { staticModules } from "./support/static_modules.ts";

const FILES = 200;

/** A tree whose files have been left alone for long enough that their stamps are believed. */
function writeTree(directory: string): void {
  Deno.mkdirSync(directory);
  const long = new Date(Date.now() - 60_000);
  for (let i = 0; i < FILES; i++) {
    Deno.writeTextFileSync(`${directory}/${i}.txt`, `file ${i}`);
    Deno.utimeSync(`${directory}/${i}.txt`, long, long);
  }
}

/** Memory of stamps that believes them at once: the change time of a file cannot be set back. */
function believing(stamps: FileStamps): Parameters<typeof addTree>[2] {
  return {
    statIndex: {
      recall: (root) => stamps.recall(root),
      remember: (root, scan) => stamps.remember(root, { ...scan, scannedAt: scan.scannedAt + 60_000 }),
    },
  };
}

/** Paths below a directory that are opened, by this thread, while `work` goes on. */
async function openedBelow(directory: string, work: () => Promise<unknown>): Promise<string[]> {
  const opened: string[] = [];
  const openSync = Deno.openSync;
  Deno.openSync = (path, options) => {
    if (String(path).startsWith(directory)) opened.push(String(path));
    return openSync(path, options);
  };
  try {
    await work();
  } finally {
    Deno.openSync = openSync;
  }
  return opened;
}

Deno.test("adding a tree of small files takes requests by the pack, not by the file", async () => {
  const requests: string[] = [];
  await using test = await openMemoryStore((storage) => new CountingStorage(storage, requests));
  writeTree(`${test.directory}/data`);
  requests.length = 0;

  await addTree(test.store, `${test.directory}/data`);

  const puts = requests.filter((request) => request.startsWith("put "));
  assert.ok(puts.filter((put) => put.startsWith("put packs/")).length <= 4, puts.join("\n"));
  assert.equal(puts.filter((put) => put.startsWith("put objects/")).length, 1, "the manifest");
  assert.ok(requests.length <= 8, requests.join("\n"));
});

Deno.test("adding an unchanged tree opens no file, and asks the storage twice", async () => {
  const requests: string[] = [];
  await using test = await openMemoryStore((storage) => new CountingStorage(storage, requests));
  const data = `${test.directory}/data`;
  writeTree(data);
  const stamps = new FileStamps(test.directory);
  const first = await addTree(test.store, data, believing(stamps));
  const store = await test.reopen((storage) => new CountingStorage(storage, requests));
  requests.length = 0;

  let second: typeof first;
  const opened = await openedBelow(data, async () => second = await addTree(store, data, believing(stamps)));

  assert.equal(second!.manifest.digest, first.manifest.digest);
  assert.deepEqual(opened, []);
  assert.ok(requests.length <= 3, requests.join("\n"));
});

Deno.test("adding a tree of which one file changed opens that file only", async () => {
  await using test = await openMemoryStore();
  const data = `${test.directory}/data`;
  writeTree(data);
  const stamps = new FileStamps(test.directory);
  await addTree(test.store, data, believing(stamps));
  Deno.writeTextFileSync(`${data}/7.txt`, "another content");

  const opened = await openedBelow(data, () => addTree(test.store, data, believing(stamps)));

  assert.deepEqual(opened, [`${data}/7.txt`]);
});

const THREE_STAGES = {
  stages: {
    first: { command: 'seq 3 > "$AERO_OUTPUTS/numbers/n"', outputs: ["numbers"] },
    second: { command: 'seq 4 > "$AERO_OUTPUTS/more/n"', inputs: { data: "numbers" }, outputs: ["more"] },
    third: { command: 'seq 5 > "$AERO_OUTPUTS/most/n"', inputs: { data: "more" }, outputs: ["most"] },
  },
};

Deno.test("a pipeline with nothing to do reads one record a stage from the storage, and writes nothing", async () => {
  await using test = new TestProject({ storage: "memory" });
  test.commit(shell(THREE_STAGES));
  await test.run();
  const requests: string[] = [];
  test.wrap = (storage) => new CountingStorage(storage, requests);

  const outcomes = await test.run();

  assert.deepEqual(outcomes.map(({ reused }) => reused), [true, true, true]);
  assert.deepEqual(requests.filter((request) => /^(?:put|list|delete) /.test(request)), []);
  // The marker of the store; for each stage its record, and whether its output is still there.
  assert.ok(requests.length <= 7, requests.join("\n"));
});

Deno.test("a pipeline with nothing to do starts git a few times, and no other program", async () => {
  await using test = new TestProject({ storage: "memory" });
  test.commit(shell(THREE_STAGES));
  await test.run();
  const started = test.git.beside("started");
  const programs = test.git.beside("programs");
  Deno.mkdirSync(programs);
  for (const name of ["git", "podman", "docker", "sh", "nvidia-smi"]) {
    const real = `PATH='${test.env.PATH}' exec ${name} "$@"`;
    Deno.writeTextFileSync(`${programs}/${name}`, `#!/bin/sh\necho ${name} >> '${started}'\n${real}\n`, {
      mode: 0o755,
    });
  }

  await test.run({}, { env: { ...test.env, PATH: `${programs}:${test.env.PATH}` } });

  const names = Deno.readTextFileSync(started).trim().split("\n");
  assert.deepEqual([...new Set(names)], ["git"]);
  // For its config, the worktree, the index, and all objects at once.
  assert.ok(names.length <= 4, `git was started ${names.length} times`);
});

/** A text as a command is split into words, and is not given to a shell. */
function shell({ stages }: typeof THREE_STAGES): Record<string, unknown> {
  const entries = Object.entries(stages).map(([name, stage]) => [
    name,
    { ...stage, command: ["sh", "-c", stage.command] },
  ]);
  return { stages: Object.fromEntries(entries) };
}

Deno.test("list loads neither the store, nor what reads config, nor a plugin", () => {
  const root = new URL("../", import.meta.url);
  const modules = ["main.ts", "core/app.ts", "core/commands/list.ts"]
    .flatMap((entry) => [...staticModules(new URL(entry, root))])
    .map((href) => href.replace(root.href, ""));

  const heavy = modules.filter((module) =>
    /^(?:plugins|core\/(?:store|cache|source))\/|^core\/config\/(?:load|schema|yaml_text)\.ts$|^package:yaml$/
      .test(module)
  );
  assert.deepEqual(heavy, []);
});
