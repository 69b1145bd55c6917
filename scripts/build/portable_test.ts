import assert from "node:assert/strict";
import { subjectOrSkip } from "../../tests/support/must_run.ts";
import { bundle } from "./bundle.ts";
import { makePortable } from "./portable.ts";
import { writeSourceTree } from "./source_tree.ts";

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(
  file: string,
  args: string[],
  env: Record<string, string> = {},
  cwd = "/",
): Promise<Answer> {
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const { code, stdout, stderr } = await started(new Deno.Command(file, { args, env, cwd, clearEnv: true }));
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

/** A file that was just written is busy for as long as a process that another test has just forked has it open. */
async function started(command: Deno.Command): Promise<Deno.CommandOutput> {
  for (let attempt = 0;; attempt++) {
    try {
      return await command.output();
    } catch (error) {
      if (attempt === 50 || !String(error).includes("Text file busy")) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function names(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map((entry) => entry.name).sort();
}

/** Whether some of the runtime has been unpacked into a part of its own. */
function hasBegun(cache: string): boolean {
  try {
    return names(cache).some((part) => names(`${cache}/${part}`).includes("deno"));
  } catch {
    return false;
  }
}

/** Mounts a file system of a few bytes. Rejects where that is not allowed. */
async function smallDisk(megabytes: number): Promise<string> {
  const directory = await Deno.makeTempDir();
  const { success } = await new Deno.Command("mount", {
    args: ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=0700`, "tmpfs", directory],
    stdout: "null",
    stderr: "null",
  }).output().catch(() => ({ success: false }));
  if (success) return directory;
  await Deno.remove(directory);
  throw new TypeError("a file system cannot be mounted here");
}

// One file for all, since most of the time goes into packing it.
Deno.test("a portable file", async (t) => {
  const root = await Deno.makeTempDir({ prefix: "aero portable " });
  const file = `${root}/read only/tiny`;
  const cacheOf = (home: string) => `${home}/.cache/aero/runtime`;
  let homes = 0;
  const newHome = async () => {
    const home = `${root}/home ${homes++}`;
    await Deno.mkdir(home);
    return home;
  };
  try {
    await writeSourceTree(`${root}/source`);
    await bundle(`${root}/source`, `${root}/out`, { version: "1.2.3" });
    await Deno.mkdir(`${root}/read only`);
    await makePortable(`${root}/out`, file);
    await Deno.chmod(`${root}/read only`, 0o555);
    const ready = await newHome();

    await t.step(
      "runs with nothing but a home, from a read-only directory with a space in its name",
      async () => {
        assert.deepEqual(await run(file, ["--version"], { HOME: ready }), {
          code: 0,
          stdout: "1.2.3\n",
          stderr: "",
        });
        assert.equal((await run(file, ["sum", "1", "2"], { HOME: ready })).stdout, "3\n");
        assert.equal(
          (await run("/bin/sh", ["tiny", "exit", "7"], { HOME: ready }, `${root}/read only`)).code,
          7,
        );
      },
    );

    await t.step("passes arguments, variables and the exit code on as they are", async () => {
      const args = ["a b", "", "*", "$HOME", "--help", "-A"];

      const { stdout } = await run(file, args, { HOME: ready, PATH: "/usr/bin" });

      assert.deepEqual(JSON.parse(stdout), { args, home: ready, path: "/usr/bin" });
      assert.equal((await run(file, ["exit", "3"], { HOME: ready })).code, 3);
    });

    await t.step("adds no PATH where there is none", async () => {
      assert.equal(JSON.parse((await run(file, [], { HOME: ready })).stdout).path, undefined);
    });

    await t.step("unpacks into XDG_CACHE_HOME, if that is set", async () => {
      const home = await newHome();

      await run(file, ["--version"], { HOME: home, XDG_CACHE_HOME: `${home}/other` });

      assert.deepEqual(names(home), ["other"]);
      assert.equal(names(`${home}/other/aero/runtime`).length, 1);
    });

    await t.step("unpacks without a home into a directory of the user's own", async () => {
      const temporary = await newHome();

      const { code } = await run(file, ["--version"], { TMPDIR: temporary });

      assert.equal(code, 0);
      const [own] = names(temporary);
      assert.equal((await Deno.stat(`${temporary}/${own}`)).mode! & 0o777, 0o700);
      await Deno.chmod(`${temporary}/${own}`, 0o777);
      const open = await run(file, ["--version"], { TMPDIR: temporary });
      assert.equal(open.code, 4);
      assert.match(open.stderr, /cause: others may read or write it\n/);
    });

    await t.step("follows no link that somebody laid where its directory would be", async () => {
      const temporary = await newHome();
      await run(file, ["--version"], { TMPDIR: temporary });
      const own = `${temporary}/${names(temporary)[0]}`;
      await Deno.rename(own, `${own}-elsewhere`);
      await Deno.symlink(`${own}-elsewhere`, own);

      const { code, stderr } = await run(file, ["--version"], { TMPDIR: temporary });

      assert.equal(code, 4);
      assert.match(stderr, /cause: it belongs to somebody else\n/);
    });

    await t.step("unpacks once when several start at the same time", async () => {
      const home = await newHome();

      const answers = await Promise.all([1, 2, 3, 4].map(() => run(file, ["--version"], { HOME: home })));

      assert.deepEqual(answers.map((answer) => answer.stdout), Array(4).fill("1.2.3\n"));
      assert.equal(names(cacheOf(home)).length, 1);
      assert.deepEqual(names(`${cacheOf(home)}/${names(cacheOf(home))[0]}`), ["app", "deno", "state"]);
    });

    await t.step("leaves nothing that a later start would take for whole when it is killed", async () => {
      const home = await newHome();
      // A process group of its own, so that all that it started is killed with it, once the runtime begins to appear.
      const child = new Deno.Command("setsid", {
        args: ["-w", "sh", "-c", 'echo $$; exec "$0" --version', file],
        env: { HOME: home, PATH: "/usr/bin:/bin" },
        clearEnv: true,
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const reader = child.stdout.getReader();
      const group = Number(new TextDecoder().decode((await reader.read()).value));
      while (!hasBegun(cacheOf(home))) await new Promise((resolve) => setTimeout(resolve, 1));
      await new Deno.Command("kill", { args: ["-KILL", "--", `-${group}`] }).output();
      await reader.cancel();
      await child.status;

      assert.deepEqual(names(cacheOf(home)).filter((name) => !name.startsWith(".part.")), []);
      assert.equal((await run(file, ["--version"], { HOME: home })).stdout, "1.2.3\n");
    });

    await t.step("says what is wrong and exits with 4 on a full disk, and leaves nothing there", async () => {
      const tmpfs = await subjectOrSkip("tmpfs", () => smallDisk(20));
      if ("skipped" in tmpfs) return;
      const disk = tmpfs.subject;
      try {
        const { code, stderr, stdout } = await run(file, ["--version"], { XDG_CACHE_HOME: disk });

        assert.deepEqual([code, stdout], [4, ""]);
        assert.match(stderr, /^error: Cannot unpack the runtime of aero into ".*"\ncause: .*No space left/);
        assert.match(stderr, /hint: give it \d+ MB/);
        assert.deepEqual(names(`${disk}/aero/runtime`), []);
      } finally {
        await new Deno.Command("umount", { args: [disk] }).output();
        await Deno.remove(disk);
      }
    });

    await t.step("refuses itself when it was cut short", async () => {
      const home = await newHome();
      await Deno.writeFile(`${root}/cut`, (await Deno.readFile(file)).subarray(0, 1e7), { mode: 0o755 });

      const { code, stderr } = await run(`${root}/cut`, ["--version"], { HOME: home });

      assert.equal(code, 4);
      assert.match(stderr, /unexpected end of file/);
      assert.deepEqual(names(cacheOf(home)), []);
    });

    await t.step("runs where the cache that it was unpacked into can no longer be written", async () => {
      const state = `${cacheOf(ready)}/${names(cacheOf(ready))[0]}/state`;
      await Deno.remove(state, { recursive: true });
      await Deno.writeTextFile(state, "no directory, so that root too cannot write below it");

      assert.equal((await run(file, ["--version"], { HOME: ready })).stdout, "1.2.3\n");
    });
  } finally {
    await Deno.chmod(`${root}/read only`, 0o755).catch(() => {});
    await Deno.remove(root, { recursive: true });
  }
});
