import assert from "node:assert/strict";
import { bundle, filesBelow } from "./bundle.ts";
import { succeed } from "./command.ts";
import { writeSourceTree } from "./source_tree.ts";

async function withBundle(use: (directory: string, root: string) => Promise<void>) {
  const root = await Deno.makeTempDir({ prefix: "aero bundle " });
  try {
    await writeSourceTree(root);
    await use(`${root}/out`, root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("a bundle runs without its sources, starts its workers, and knows its build", async () => {
  await withBundle(async (directory, root) => {
    await bundle(root, directory, { version: "1.2.3", commit: "c".repeat(40) });
    for (const path of ["main.ts", "core"]) await Deno.remove(`${root}/${path}`, { recursive: true });
    const run = (...args: string[]) =>
      succeed([Deno.execPath(), "run", "-A", `${directory}/main.js`, ...args]);

    assert.equal(await run("--version"), "1.2.3 (cccccccccccc)\n");
    assert.equal(await run("sum", "1", "2", "3"), "6\n");
  });
});

Deno.test("a bundle has a piece for each lazy command, so that a start reads little", async () => {
  await withBundle(async (directory, root) => {
    await bundle(root, directory, { version: "1.2.3" });
    const files = await filesBelow(directory);

    assert.ok(files.includes("core/store/adder_worker.js"));
    assert.equal(files.filter((file) => /^sum-.*\.js$/.test(file)).length, 1);
    assert.doesNotMatch(await Deno.readTextFile(`${directory}/main.js`), /adder_worker/);
  });
});

Deno.test("a bundle's start does not read ahead what it may load later", async () => {
  await withBundle(async (directory, root) => {
    await bundle(root, directory, { version: "1.2.3" });

    const info = JSON.parse(
      await succeed([Deno.execPath(), "info", "--json", "--no-config", `${directory}/main.js`]),
    );

    const read = info.modules.map((module: { specifier: string }) => module.specifier.split("/").at(-1));
    assert.ok(read.includes("main.js"));
    assert.deepEqual(read.filter((name: string) => /^(sum|adder)/.test(name)), []);
  });
});

Deno.test("what is taken from a CommonJS module that is loaded lazily has its names in a bundle too", async () => {
  await withBundle(async (directory, root) => {
    await Deno.writeTextFile(`${root}/core/old.cjs`, "exports.three = 3; exports.twice = (n) => 2 * n;");
    await Deno.writeTextFile(
      `${root}/main.ts`,
      `const { default: old, three, twice } = await import("./core/old.cjs");
       console.log(three, twice(three), old.three);`,
    );
    await bundle(root, directory, { version: "1" });

    assert.equal(await succeed([Deno.execPath(), "run", "-A", `${directory}/main.js`]), "3 6 3\n");
  });
});

Deno.test("a bundle that starts a worker which is not there is refused", async () => {
  await withBundle(async (directory, root) => {
    await Deno.rename(`${root}/core/store/adder_worker.ts`, `${root}/core/store/other_worker.ts`);

    await assert.rejects(bundle(root, directory, { version: "1" }), /adder_worker\.ts, which is not there/);
  });
});
