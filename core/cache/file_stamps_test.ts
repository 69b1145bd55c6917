import assert from "node:assert/strict";
import { digestOf } from "../format/digest_of.ts";
import type { ScannedFile } from "../model/tree_scan.ts";
import { FileStamps } from "./file_stamps.ts";

const NOW = 1_800_000_000_000;

function scanned(path: string, ages: { modified?: number; changed?: number } = {}): ScannedFile {
  return {
    path,
    digest: digestOf(path),
    stamp: {
      size: path.length,
      modifiedAt: NOW - (ages.modified ?? 60_000),
      changedAt: NOW - (ages.changed ?? 60_000),
      inode: 2 ** 40,
      device: 65_024,
    },
  };
}

Deno.test("a scan comes back as it was, and the last one counts", async () => {
  const path = await Deno.makeTempDir();
  const files = [scanned("a"), scanned("ö/\n x"), scanned("z")];

  const stamps = new FileStamps(path);
  stamps.remember("/data", { manifest: digestOf("old"), scannedAt: NOW, files: [] });
  stamps.remember("/data", { manifest: digestOf("m"), scannedAt: NOW, files });

  assert.deepEqual(stamps.recall("/data"), { manifest: digestOf("m"), scannedAt: NOW, files });
  assert.equal(stamps.recall("/other"), undefined);
  await Deno.remove(path, { recursive: true });
});

Deno.test("a file that changed within two seconds of the scan is not trusted", async () => {
  const path = await Deno.makeTempDir();
  const files = [
    scanned("settled", { modified: 2000, changed: 2000 }),
    scanned("racy", { modified: 1999 }),
    scanned("racy-again", { changed: 1999 }),
    scanned("of-the-future", { modified: -5000 }),
  ];

  const stamps = new FileStamps(path);
  stamps.remember("/data", { manifest: digestOf("m"), scannedAt: NOW, files });

  assert.deepEqual(stamps.recall("/data")!.files.map((file) => file.path), ["settled"]);
  await Deno.remove(path, { recursive: true });
});

Deno.test("what is forgotten is remembered no more, until it is remembered anew", async () => {
  const path = await Deno.makeTempDir();
  const stamps = new FileStamps(path);
  const scan = { manifest: digestOf("m"), scannedAt: NOW, files: [scanned("a")] };
  stamps.forget();
  stamps.remember("/data", scan);
  stamps.remember("/more", scan);

  stamps.forget();

  assert.deepEqual([stamps.recall("/data"), stamps.recall("/more")], [undefined, undefined]);
  stamps.remember("/data", scan);
  assert.deepEqual(stamps.recall("/data"), scan);
  await Deno.remove(path, { recursive: true });
});

for (
  const [what, harm] of Object.entries({
    "was cut": (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 1),
    "is empty": () => new Uint8Array(),
    "is noise": () => new TextEncoder().encode("noise".repeat(1000)),
    "has another bit": (bytes: Uint8Array) => bytes.with(100, bytes[100]! ^ 1),
  })
) {
  Deno.test(`a scan whose file ${what} counts as none, and is made anew`, async () => {
    const path = await Deno.makeTempDir();
    const stamps = new FileStamps(path);
    const scan = { manifest: digestOf("m"), scannedAt: NOW, files: [scanned("a")] };
    stamps.remember("/data", scan);
    const [file] = [...Deno.readDirSync(`${path}/stamps`)];
    const bytes = await Deno.readFile(`${path}/stamps/${file!.name}`);

    await Deno.writeFile(`${path}/stamps/${file!.name}`, harm(bytes));

    assert.equal(stamps.recall("/data"), undefined);
    stamps.remember("/data", scan);
    assert.deepEqual(stamps.recall("/data"), scan);
    await Deno.remove(path, { recursive: true });
  });
}
