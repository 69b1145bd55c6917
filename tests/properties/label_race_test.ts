import assert from "node:assert/strict";
import { ArtifactCatalog } from "../../core/store/artifacts.ts";
import { openStore } from "../../core/store/store.ts";
import { LocalStorage } from "../../plugins/storages/local/local_storage.ts";

const CHILD = new URL("../support/label_child.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

Deno.test("two processes that add 50 versions each at once share no label and leave no gap", async () => {
  const directory = await Deno.makeTempDir();
  const add = async (who: string) => {
    const own = `${directory}/${who}`;
    await Deno.mkdir(own);
    const args = [
      "run",
      "-A",
      "--no-check",
      "--config",
      CONFIG,
      CHILD,
      `${directory}/storage`,
      own,
      who,
      "50",
    ];
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trim().split("\n").map(Number);
  };

  const numbers = (await Promise.all([add("ada"), add("bob")])).flat();

  const all = Array.from({ length: 100 }, (_, i) => i + 1);
  assert.deepEqual(numbers.sort((a, b) => a - b), all);
  const signal = new AbortController().signal;
  await using storage = await LocalStorage.open(`${directory}/storage`, {
    signal,
    now: () => new Date(),
    variable: () => undefined,
    log: () => {},
    dataDirectory: directory,
  });
  await using store = await openStore({
    storage,
    signal,
    index: `${directory}/index.db`,
    scratchDirectory: directory,
  });
  const labels = await new ArtifactCatalog(store).labels("bikes", "counts");
  assert.deepEqual(labels.map(({ number }) => number), all);
  assert.equal(new Set(labels.map(({ manifest }) => manifest.digest)).size, 100);
  assert.deepEqual(await Array.fromAsync(store.check()), []);
  await Deno.remove(directory, { recursive: true });
});
