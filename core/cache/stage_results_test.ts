import assert from "node:assert/strict";
import { digestOf } from "../format/digest_of.ts";
import { parseRunId } from "../model/run_id.ts";
import { StageResults } from "./stage_results.ts";

Deno.test("a stage result is kept, replaced and forgotten; noise counts as none", async () => {
  const directory = await Deno.makeTempDir();
  const results = await StageResults.open(`${directory}/stages`);
  const key = digestOf("key");
  const [first, second] = [parseRunId("k".repeat(16)), parseRunId("z".repeat(16))];

  assert.equal(await results.get(key), undefined);
  await results.put(key, { run: first });
  await results.put(key, { run: second });
  assert.deepEqual(await results.get(key), { run: second });

  const [file] = [...Deno.readDirSync(`${directory}/stages`)];
  Deno.writeTextFileSync(`${directory}/stages/${file!.name}`, `{"run":`);
  assert.equal(await results.get(key), undefined);

  await results.remove(key);
  await results.remove(key);
  assert.deepEqual([...Deno.readDirSync(`${directory}/stages`)], []);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("results are listed with the one longest unused first; what is no result is left out", async () => {
  const directory = await Deno.makeTempDir();
  const results = await StageResults.open(directory);
  const keys = ["a", "b", "c"].map((text) => digestOf(text));
  for (const [i, key] of keys.entries()) {
    await results.put(key, { run: parseRunId("k".repeat(16)) });
    await Deno.utime(`${directory}/${key.slice("sha256:".length)}.json`, i + 1, i + 1);
  }
  await Deno.writeTextFile(`${directory}/notes.json`, "{}");

  await results.get(keys[0]!);
  const listed = results.list();

  assert.deepEqual(listed.map(({ key }) => key), [keys[1], keys[2], keys[0]]);
  assert.equal(listed[0]!.usedAt, 2000);
  assert.equal(listed[0]!.bytes, 4096);
  await Deno.remove(directory, { recursive: true });
});
