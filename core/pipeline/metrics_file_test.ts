import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { readMetricsFile } from "./metrics_file.ts";

/** Reads a metrics file with this text from a directory of its own. */
async function read(text: string, path = "m.json") {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${directory}/sub`);
    await Deno.writeTextFile(`${directory}/${path}`, text);
    return await readMetricsFile(directory, path, 9);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("readMetricsFile() joins nested names by dots and leaves out what is no number", async () => {
  const point = await read('{"rmse":1.5,"test":{"mae":2,"of":{"n":3}},"model":"ridge","ok":true,"list":[1]}');

  assert.deepEqual(point, { at: 9, values: { rmse: 1.5, "test.mae": 2, "test.of.n": 3 } });
});

Deno.test("readMetricsFile() reads a file in a folder", async () => {
  assert.deepEqual((await read('{"a":1}', "sub/m.json")).values, { a: 1 });
});

Deno.test("readMetricsFile() reads NaN and the infinities as Python writes them", async () => {
  assert.deepEqual((await read('{"loss": NaN, "top": {"a": Infinity, "b": -Infinity}}')).values, {
    loss: NaN,
    "top.a": Infinity,
    "top.b": -Infinity,
  });
});

const FAULTS: [text: string, why: RegExp][] = [
  ["", /not JSON/],
  ['{"a":nan}', /not JSON/],
  ["[1]", /not a JSON object/],
  ['{"a":"1"}', /no number/],
  ['{"__proto__":1}', /__proto__/],
];

for (const [text, why] of FAULTS) {
  Deno.test(`readMetricsFile() refuses ${JSON.stringify(text)}`, async () => {
    await assert.rejects(
      read(text),
      (error: unknown) =>
        error instanceof UserError && error.code === "metrics_file_invalid" && why.test(error.report.why!),
    );
  });
}

Deno.test("readMetricsFile() refuses a file that is absent, too large, no file, or reached through a link that leaves", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.mkdir(`${directory}/code/folder`, { recursive: true });
  await Deno.writeTextFile(`${directory}/secret.json`, '{"a":1}');
  await Deno.symlink("../secret.json", `${directory}/code/leaves.json`);
  await Deno.symlink("..", `${directory}/code/up`);
  await Deno.writeTextFile(`${directory}/code/real.json`, '{"a":1}');
  await Deno.symlink("real.json", `${directory}/code/stays.json`);
  await Deno.truncate(`${directory}/code/real.json`, 7);
  await (await Deno.open(`${directory}/code/huge.json`, { createNew: true, write: true })).close();
  await Deno.truncate(`${directory}/code/huge.json`, 1 << 30);

  for (const path of ["absent.json", "huge.json", "folder", "leaves.json", "up/secret.json"]) {
    await assert.rejects(
      readMetricsFile(`${directory}/code`, path, 9),
      { code: "metrics_file_invalid" },
      path,
    );
  }
  await assert.rejects(readMetricsFile(`${directory}/code`, "../secret.json", 9), UserError);
  assert.deepEqual((await readMetricsFile(`${directory}/code`, "stays.json", 9)).values, { a: 1 });
  await Deno.remove(directory, { recursive: true });
});
