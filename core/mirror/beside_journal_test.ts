import assert from "node:assert/strict";
import { sampleRunStart, sampleVersion } from "../../tests/support/sample_run.ts";
import { CorruptionError } from "../errors.ts";
import { digestOf } from "../format/digest_of.ts";
import { MEDIA_TYPE } from "../model/descriptor.ts";
import type { ImageRecord } from "../model/run.ts";
import { StorageError, type StorageKey } from "../plugin/storage.ts";
import type { Store } from "../store/store.ts";
import { besideJournal, trackedStart } from "./beside_journal.ts";

const INVENTORY = new TextEncoder().encode(JSON.stringify({
  bomFormat: "CycloneDX",
  components: [{ name: "numpy", version: "2.1.0", purl: "pkg:pypi/numpy@2.1.0", type: "library" }],
}));
const described = { mediaType: MEDIA_TYPE.manifest, digest: digestOf(INVENTORY), size: INVENTORY.length };
const IMAGE: ImageRecord = { reference: "python", manifest: described, inventory: described };

/** A store whose storage tells addresses, and what it was asked. */
function storeOf(answer: (key: StorageKey) => string | undefined, inventory = () => INVENTORY) {
  const asked: string[] = [];
  const store = {
    storage: {
      location: "s3://lab",
      stat: (key: StorageKey) => {
        asked.push(key);
        const address = answer(key);
        return Promise.resolve({
          key,
          size: 1,
          modifiedAt: 0,
          ...(address === undefined ? {} : { address }),
        });
      },
    },
    getBytes: () => Promise.resolve().then(inventory),
  } as unknown as Pick<Store, "storage" | "getBytes">;
  return { store, asked };
}

Deno.test("a version lies where the document of its label does, in its own project", async () => {
  const { store, asked } = storeOf((key) => `s3://lab/${key}?versionId=7`);
  const { urlOf } = besideJournal(store);

  assert.equal(
    await urlOf({ artifact: "model", label: "v3" }, "bikes"),
    "s3://lab/artifacts/bikes/model/v3.json?versionId=7",
  );
  await urlOf({ artifact: "cars/raw", label: "v1" }, "bikes");
  assert.equal(await urlOf({ artifact: "model" }, "bikes"), undefined);

  assert.deepEqual(asked, ["artifacts/bikes/model/v3.json", "artifacts/cars/raw/v1.json"]);
});

Deno.test("what a storage cannot say now is left out of what trackers are told", async () => {
  const away = storeOf(() => {
    throw new StorageError("unavailable", { what: "Cannot look" });
  }, () => {
    throw new CorruptionError("object_corrupt", { what: "Cannot read" });
  });
  const silent = storeOf(() => undefined);
  const start = { ...sampleRunStart(), image: IMAGE };

  const [left, plain] = [
    await trackedStart(start, sampleVersion(), besideJournal(away.store)),
    await trackedStart(start, sampleVersion(), besideJournal(silent.store)),
  ];

  assert.deepEqual([left.inputUrls, left.packages], [undefined, undefined]);
  assert.deepEqual([plain.inputUrls, plain.packages], [undefined, new Map([["numpy@pypi", "2.1.0"]])]);
  assert.ok(away.asked.length > 0, "the sample reads something");
});
