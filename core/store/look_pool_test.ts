import assert from "node:assert/strict";
import type { RelativePath } from "../model/relative_path.ts";
import { lookAt } from "./look_at.ts";
import { LookPool } from "./look_pool.ts";

/** Enough for a few batches; the last of them is not full. */
const FILES = 2500;

function makeFiles(): { directory: string; paths: RelativePath[] } & Disposable {
  const directory = Deno.makeTempDirSync();
  const paths = Array.from({ length: FILES }, (_, i) => `${i}.txt` as RelativePath);
  for (const path of paths) Deno.writeTextFileSync(`${directory}/${path}`, path);
  return { directory, paths, [Symbol.dispose]: () => Deno.removeSync(directory, { recursive: true }) };
}

Deno.test("Workers see of each path what this thread sees", async () => {
  using files = makeFiles();
  Deno.chmodSync(`${files.directory}/1.txt`, 0o755);
  Deno.removeSync(`${files.directory}/1500.txt`);
  Deno.symlinkSync("0.txt", `${files.directory}/1500.txt`);
  using pool = new LookPool(files.directory);
  pool.expect(100_000);

  const seen = await pool.look(files.paths);

  assert.deepEqual(seen, lookAt(files.directory, files.paths));
  assert.deepEqual(seen[1500], { kind: "link", path: "1500.txt", target: "0.txt" });
});

Deno.test("of several faults that Workers find, the first path's is told", async () => {
  using files = makeFiles();
  for (const at of [2400, 300]) {
    Deno.removeSync(`${files.directory}/${at}.txt`);
    Deno.symlinkSync("/etc/passwd", `${files.directory}/${at}.txt`);
  }
  using pool = new LookPool(files.directory);
  pool.expect(100_000);

  await assert.rejects(pool.look(files.paths), (error: { code: string; message: string }) => {
    assert.equal(error.code, "link_leaves");
    assert.ok(error.message.includes("/300.txt"), error.message);
    return true;
  });
});

Deno.test("few paths start no Worker, and need none", async () => {
  using files = makeFiles();
  using pool = new LookPool(files.directory);
  pool.expect(FILES);

  assert.equal((await pool.look(files.paths)).length, FILES);
});
