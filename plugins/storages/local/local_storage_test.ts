import assert from "node:assert/strict";
import { bytesBody, parseStorageKey, type StorageErrorCode } from "../../../core/plugin/storage.ts";
import { localConfig } from "./config.ts";
import { LocalStorage } from "./local_storage.ts";

const KEY = parseStorageKey("objects/ab/abc");
const DAY_MS = 24 * 60 * 60 * 1000;

async function withRoot(test: (root: string) => Promise<void>): Promise<void> {
  const directory = await Deno.realPath(await Deno.makeTempDir());
  try {
    await test(`${directory}/deep/root`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function open(root: string, now = new Date()): Promise<LocalStorage> {
  return LocalStorage.open(root, {
    signal: new AbortController().signal,
    now: () => now,
    variable: () => undefined,
    log: () => {},
    dataDirectory: "/nowhere",
  });
}

function text(words: string) {
  return bytesBody(new TextEncoder().encode(words));
}

function rejectsWith(code: StorageErrorCode, call: Promise<unknown>): Promise<void> {
  return assert.rejects(call, { name: "StorageError", code });
}

Deno.test("an object is a file that nobody may write", () =>
  withRoot(async (root) => {
    await using storage = await open(root);
    await storage.put(KEY, text("hello"));

    assert.equal(await Deno.readTextFile(`${root}/${KEY}`), "hello");
    assert.equal((await Deno.stat(`${root}/${KEY}`)).mode! & 0o333, 0);
  }));

Deno.test("put() of a staged file moves it and gives it the present time", () =>
  withRoot(async (root) => {
    await using storage = await open(root, new Date(1_700_000_000_000));
    const path = `${storage.capabilities.stagingDirectory}/x`;
    await Deno.writeTextFile(path, "hello", { mode: 0o755 });
    const { ino } = await Deno.stat(path);
    await storage.put(KEY, { ...text("hello"), path });

    const info = await Deno.stat(`${root}/${KEY}`);
    assert.equal(info.ino, ino);
    assert.equal(info.mode! & 0o333, 0);
    assert.equal((await storage.stat(KEY))?.modifiedAt, 1_700_000_000_000);
  }));

Deno.test("put() of a staged file of another size refuses it and leaves it", () =>
  withRoot(async (root) => {
    await using storage = await open(root);
    const path = `${storage.capabilities.stagingDirectory}/x`;
    await Deno.writeTextFile(path, "hell");

    await rejectsWith("size_mismatch", storage.put(KEY, { ...text("hello"), path }));
    assert.equal(await Deno.readTextFile(path), "hell");
    assert.equal(await storage.stat(KEY), undefined);
  }));

Deno.test("put() of a symbolic link in the staging directory stores what it points to", () =>
  withRoot(async (root) => {
    await using storage = await open(root);
    const outside = `${root}/../outside`;
    await Deno.writeTextFile(outside, "hello");
    const path = `${storage.capabilities.stagingDirectory}/x`;
    await Deno.symlink(outside, path);
    await storage.put(KEY, { ...text("hello"), path });

    assert.ok((await Deno.lstat(`${root}/${KEY}`)).isFile);
    assert.equal(await Deno.readTextFile(outside), "hello");
  }));

Deno.test("a symbolic link in the place of an object is listed, and cannot be read: it is not absent", () =>
  withRoot(async (root) => {
    await using storage = await open(root);
    await storage.put(KEY, text("hello"));
    await Deno.rename(`${root}/${KEY}`, `${root}/../outside`);
    await Deno.symlink(`${root}/../outside`, `${root}/${KEY}`);

    assert.deepEqual((await Array.fromAsync(storage.list(""))).map(({ key }) => key), [KEY]);
    await rejectsWith("denied", storage.get(KEY));
  }));

Deno.test("opening removes unfinished files of more than a day, and no younger ones", () =>
  withRoot(async (root) => {
    await (await open(root))[Symbol.asyncDispose]();
    await Deno.mkdir(`${root}/staging/folder`);
    for (const name of ["tmp/a", "staging/b", "staging/folder/c"]) {
      await Deno.writeTextFile(`${root}/${name}`, "");
    }

    await (await open(root, new Date(Date.now() + DAY_MS - 60_000)))[Symbol.asyncDispose]();
    assert.ok(await Deno.stat(`${root}/staging/folder/c`));
    assert.ok(await Deno.stat(`${root}/tmp/a`));

    await (await open(root, new Date(Date.now() + DAY_MS + 60_000)))[Symbol.asyncDispose]();
    assert.deepEqual([...Deno.readDirSync(`${root}/tmp`)], []);
    assert.deepEqual([...Deno.readDirSync(`${root}/staging`)], []);
  }));

Deno.test("a file copied with its old times is not taken for a leftover", () =>
  withRoot(async (root) => {
    await (await open(root))[Symbol.asyncDispose]();
    await Deno.writeTextFile(`${root}/staging/a`, "");
    await Deno.utime(`${root}/staging/a`, 0, 0);
    await (await open(root))[Symbol.asyncDispose]();

    assert.ok(await Deno.stat(`${root}/staging/a`));
  }));

Deno.test("keys of unfinished files are refused, and never read or listed", () =>
  withRoot(async (root) => {
    await using storage = await open(root);
    await Deno.writeTextFile(`${root}/tmp/x`, "half");
    const key = parseStorageKey("tmp/x");

    await rejectsWith("denied", storage.put(key, text("a")));
    await rejectsWith("not_found", storage.get(key));
    assert.equal(await storage.stat(key), undefined);
    assert.deepEqual(await Array.fromAsync(storage.list("")), []);
    assert.deepEqual(await Array.fromAsync(storage.list("tmp/")), []);
  }));

Deno.test("a key that is a folder of another is denied, with or without ifAbsent", () =>
  withRoot(async (root) => {
    await using storage = await open(root);
    await storage.put(parseStorageKey("a/b"), text("x"));

    for (const ifAbsent of [false, true]) {
      await rejectsWith("denied", storage.put(parseStorageKey("a"), text("y"), { ifAbsent }));
      await rejectsWith("denied", storage.put(parseStorageKey("a/b/c"), text("y"), { ifAbsent }));
    }
    await rejectsWith("denied", storage.put(parseStorageKey("n".repeat(300)), text("y")));
    assert.equal(await storage.stat(parseStorageKey("n".repeat(300))), undefined);
    assert.deepEqual([...Deno.readDirSync(`${root}/tmp`)], []);
  }));

Deno.test("a file where the directory should be is denied at open", () =>
  withRoot(async (root) => {
    await Deno.mkdir(root, { recursive: true });
    await Deno.writeTextFile(`${root}/file`, "");

    await rejectsWith("denied", open(`${root}/file`));
    await rejectsWith("denied", open(`${root}/file/below`));
  }));

Deno.test("folders that were removed under an open storage are made again", () =>
  withRoot(async (root) => {
    await using storage = await open(root);
    await storage.put(KEY, text("a"));
    await Deno.remove(`${root}/objects`, { recursive: true });
    await Deno.remove(`${root}/tmp`, { recursive: true });
    await storage.put(KEY, text("b"));

    assert.equal(await Deno.readTextFile(`${root}/${KEY}`), "b");
  }));

Deno.test("files that are not the storage's own are not listed", () =>
  withRoot(async (root) => {
    await using storage = await open(root);
    await storage.put(KEY, text("a"));
    await Deno.mkdir(`${root}/lost+found`);
    await Deno.writeTextFile(`${root}/...`, "");

    assert.deepEqual(await Array.fromAsync(storage.list(""), ({ key }) => key), [KEY]);
  }));

Deno.test("a path that is not absolute is refused by the config", () => {
  for (const path of ["storage", "./storage", "~/storage", ""]) {
    assert.throws(() => localConfig.parse({ path }));
  }
  assert.deepEqual(localConfig.parse({ path: "/srv/aero" }), { path: "/srv/aero" });
  assert.deepEqual(localConfig.parse({}), {});
});

/** Starts the putting process; `before` is a command that starts it in its turn. */
function startChild(args: readonly string[], before: readonly string[] = []): Deno.ChildProcess {
  const child = new URL("../../../tests/support/local_put_child.ts", import.meta.url).pathname;
  const [program, ...rest] = [
    ...before,
    Deno.execPath(),
    "run",
    "-A",
    "--no-config",
    "--no-lock",
    child,
    ...args,
  ];
  return new Deno.Command(program!, { args: rest, stdout: "piped", stderr: "piped" }).spawn();
}

function canRun(...command: readonly string[]): boolean {
  try {
    return new Deno.Command(command[0]!, { args: command.slice(1), stdout: "null", stderr: "null" })
      .outputSync()
      .success;
  } catch {
    return false;
  }
}

Deno.test("a process that is killed during a put leaves the old object or the new one", () =>
  withRoot(async (root) => {
    const size = 1_000_000;
    await using storage = await open(root);
    await storage.put(KEY, bytesBody(new Uint8Array(size).fill(2)));
    // Started together, since starting is what takes long; each is killed at a moment of its own.
    const rounds = Array.from({ length: 20 }, async () => {
      const child = startChild([root, KEY, String(size), "for-ever"]);
      const reader = child.stdout.getReader();
      await reader.read();
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      child.kill("SIGKILL");
      await Promise.all([child.status, reader.cancel(), child.stderr.cancel()]);

      const bytes = new Uint8Array(await new Response(await storage.get(KEY)).arrayBuffer());
      assert.equal(bytes.length, size);
      assert.ok(bytes[0] === 1 || bytes[0] === 2);
      assert.ok(bytes.every((byte) => byte === bytes[0]));
    });
    await Promise.all(rounds);

    assert.deepEqual(await Array.fromAsync(storage.list(""), ({ key }) => key), [KEY]);
    await storage.put(KEY, text("after"));
    assert.equal(await Deno.readTextFile(`${root}/${KEY}`), "after");
  }));

Deno.test({
  name: "a full disk is full, says how much is free, and leaves the former object",
  ignore: !canRun("unshare", "-rm", "sh", "-c", "mount -t tmpfs none /mnt"),
  fn: () =>
    withRoot(async (root) => {
      await Deno.mkdir(root, { recursive: true });
      const script = `mount -t tmpfs -o size=1m none ${root} && mkdir -p ${root}/objects/ab && ` +
        `printf old > ${root}/${KEY} && "$@"; cat ${root}/${KEY}; ls ${root}/tmp`;
      const child = startChild([root, KEY, "5000000"], ["unshare", "-rm", "sh", "-c", script, "sh"]);
      const { stdout } = await child.output();

      const lines = new TextDecoder().decode(stdout).split("\n");
      assert.match(lines[1]!, /^full: the file system of .* is full: .* of 1\.0 MB free/);
      assert.deepEqual(lines.slice(2), ["old"]);
    }),
});

Deno.test({
  name: "a directory that may only be read opens, reads, and denies puts",
  ignore: !canRun("unshare", "-rm", "sh", "-c", "mount -t tmpfs -o ro none /mnt"),
  fn: () =>
    withRoot(async (root) => {
      {
        await using storage = await open(root);
        await storage.put(KEY, text("hello"));
      }
      const script = `mount --bind ${root} ${root} && mount -o remount,bind,ro ${root} && "$@"`;
      const child = startChild([root, KEY, "5"], ["unshare", "-rm", "sh", "-c", script, "sh"]);
      const { stdout } = await child.output();

      assert.match(
        new TextDecoder().decode(stdout),
        /^open\ndenied: .* the file system is read-only \(EROFS\)\n$/,
      );
    }),
});
