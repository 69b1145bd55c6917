import assert from "node:assert/strict";
import { digestOf } from "../../core/format/digest_of.ts";
import { openStore } from "../../core/store/store.ts";
import { addTree } from "../../core/store/tree.ts";
import { filesToWrite } from "../support/files_to_write.ts";
import { LocalStorage } from "../../plugins/storages/local/local_storage.ts";

const MIB = 1024 * 1024;

for (
  const [name, sizes] of [
    ["one large file, copied by two threads", [40 * MIB + 1]],
    ["several large files, copied by a thread each", [9 * MIB, 3 * MIB, 600_000, 5 * MIB]],
    ["files on both sides of the pack limit", [512 * 1024 - 1, 512 * 1024, 512 * 1024 + 1, 0, 1]],
  ] as const
) {
  Deno.test(`a local store keeps and gives back ${name}`, async () => {
    const directory = await Deno.makeTempDir();
    const signal = new AbortController().signal;
    const data = `${directory}/data`, out = `${directory}/out`;
    for (const path of [data, out]) await Deno.mkdir(path);
    for (const [i, size] of sizes.entries()) {
      Deno.writeFileSync(`${data}/${i}`, new Uint8Array(size).map((_, at) => (at * 31 + i) >> 3));
    }

    {
      await using storage = await LocalStorage.open(`${directory}/storage`, {
        signal,
        now: () => new Date(),
        variable: () => undefined,
        log: () => {},
        dataDirectory: directory,
      });
      const index = `${directory}/index.db`;
      await using store = await openStore({
        storage,
        signal,
        index,
        scratchDirectory: `${directory}/scratch`,
      });
      const { content } = await addTree(store, data);
      await store.getFiles(filesToWrite(content, out));

      for (const i of sizes.keys()) {
        assert.equal(digestOf(Deno.readFileSync(`${out}/${i}`)), digestOf(Deno.readFileSync(`${data}/${i}`)));
      }
      assert.deepEqual(await Array.fromAsync(store.check()), []);
      assert.deepEqual([...Deno.readDirSync(storage.capabilities.stagingDirectory!)], []);
    }
    await Deno.remove(directory, { recursive: true });
  });
}
