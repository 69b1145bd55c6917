import assert from "node:assert/strict";
import type { ExaminationItem, StorageFinding } from "../actions/examine_storage.ts";
import { makeStyle } from "../cli/style.ts";
import { parseDigest } from "../model/digest.ts";
import { examinationLine, fewOfEach } from "./findings_text.ts";

const STYLE = makeStyle({ colour: false, now: () => new Date(0) });
const SUMMARY = { type: "fsck", location: "/s", objects: 9, bytes: 0, damaged: 7, mended: 0 } as const;

function lost(file: number, by: string): StorageFinding {
  const digest = parseDigest(`sha256:${String(file).padStart(64, "0")}`);
  return {
    type: "finding",
    damage: true,
    kind: "object_missing",
    key: digest,
    digest,
    size: 1000,
    by,
    path: `${file}.csv`,
    message: `${by} (${file}.csv) lists it`,
  };
}

async function lines(items: readonly ExaminationItem[]): Promise<string[]> {
  const stream = async function* () {
    yield* items;
  };
  return (await Array.fromAsync(fewOfEach(stream()))).map((item) => examinationLine(item, STYLE));
}

Deno.test("of many lost files of one version a few are told, and how many and how much in all", async () => {
  const label = "artifacts/bikes/counts/v2.json", record = "runs/bikes/kqzmnopqrstuvwxy/record.json";
  const items = [1, 2, 3, 4, 5].map((file) => lost(file, label));

  assert.deepEqual(await lines([...items, lost(6, record), lost(7, record), SUMMARY]), [
    "damage  object_missing  artifacts/bikes/counts/v2.json (1.csv) lists it",
    "damage  object_missing  artifacts/bikes/counts/v2.json (2.csv) lists it",
    "damage  object_missing  artifacts/bikes/counts/v2.json (3.csv) lists it",
    "damage  object_missing  runs/bikes/kqzmnopqrstuvwxy/record.json (6.csv) lists it",
    "damage  object_missing  runs/bikes/kqzmnopqrstuvwxy/record.json (7.csv) lists it",
    "damage  object_missing  5 in all, 5.0 kB of bikes/counts:v2; each of them: --json",
    "damaged  7 findings in names and sizes of 9 objects of /s",
  ]);
});

Deno.test("what a repair has mended is told in the same way, by where it came from", async () => {
  const items = [1, 2, 3, 4].map((file) =>
    ({ type: "repair", action: "mended", key: `k${file}`, from: "the cache" }) as const
  );

  assert.deepEqual((await lines([...items, { ...SUMMARY, damaged: 0, mended: 4 }])).slice(-2), [
    "mended  4 in all from the cache; each of them: --json",
    "sound  names and sizes of 9 objects in /s; 4 mended",
  ]);
});
