import assert from "node:assert/strict";
import type { CorruptionError } from "../errors.ts";
import { readCondemned } from "./condemned_format.ts";
import { readExperimentVersion } from "./experiment_version_format.ts";
import { readImageManifest } from "./image_manifest_format.ts";
import { readImport } from "./import_format.ts";
import { readRecord } from "./record_format.ts";
import { readVerdict } from "./verdict_format.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const kept = (name: string) =>
  Deno.readTextFileSync(new URL(`../../fixtures/formats/v1/${name}`, import.meta.url));

/** Why a document is refused. */
function whyOf(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): string {
  let why = "";
  assert.throws(() => read(bytes), (error: CorruptionError) => {
    why = error.report.why ?? "";
    return error.code.endsWith("_invalid");
  });
  return why;
}

for (
  const [what, bytes, why] of [
    ["no UTF-8", Uint8Array.of(0xff), "it is not UTF-8"],
    ["no JSON", bytesOf("{"), "it is not JSON"],
    ["a byte order mark before it", bytesOf("\ufeff{}"), "it is not JSON"],
    ["no object", bytesOf("[]"), "it is not a JSON object"],
  ] as const
) {
  Deno.test(`a document with ${what} is refused: ${why}`, () => {
    for (const read of [readVerdict, readImageManifest]) assert.equal(whyOf(read, bytes), why);
  });
}

Deno.test("of very many faults the first ten are told, and how many more there are", () => {
  const many = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`unknown${String(i).padStart(2, "0")}`, 1]),
  );
  const why = whyOf(readVerdict, bytesOf(JSON.stringify({ ...JSON.parse(kept("verdict.json")), ...many })));

  assert.match(why, /unknown00 is not known; .*unknown09 is not known; and 20 more$/);
});

Deno.test("the folder of a version's code is a path in the repository", () => {
  const value = JSON.parse(kept("experiment_version.json"));
  for (const directory of ["/code", 7]) {
    const bytes = bytesOf(JSON.stringify({ ...value, code: { ...value.code, directory } }));
    assert.match(whyOf(readExperimentVersion, bytes), /code.directory is not a safe path/);
  }
});

Deno.test("a list of condemned objects holds keys of objects and packs only", () => {
  const value = JSON.parse(kept("condemned.json"));
  for (const key of ["runs/toy/kkkkkkkkkkkkkkkk/record.json", 7]) {
    const why = whyOf(readCondemned, bytesOf(JSON.stringify({ ...value, keys: [key] })));
    assert.match(why, /keys\[0\] is not the key of an object or a pack/);
  }
});

Deno.test("an import's paths are safe", () => {
  const value = JSON.parse(kept("import.json"));
  for (const path of ["../a", 7]) {
    const files = [{ ...value.files[0], path }];
    assert.match(whyOf(readImport, bytesOf(JSON.stringify({ ...value, files }))), /path is not a safe path/);
  }
});

Deno.test("a metric in a document is a number, or a word for one that JSON cannot hold", () => {
  const text = kept("record.json").trim();
  const metrics = /"metrics":\{[^}]*\}/;
  assert.match(text, metrics);
  const withMetric = (value: string) => bytesOf(text.replace(metrics, `"metrics":{"a":${value}}`));
  for (const value of ["1.5", '"NaN"', '"-Infinity"']) readRecord(withMetric(value));
  for (const value of ["1e400", '"x"', "null"]) {
    assert.match(whyOf(readRecord, withMetric(value)), /metrics\.a is not a number, "NaN"/);
  }
});
