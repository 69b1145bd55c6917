import assert from "node:assert/strict";
import { AeroError } from "../errors.ts";
import { readAlias, writeAlias } from "./alias_format.ts";
import {
  readRunAnnotation,
  readVersionAnnotation,
  writeRunAnnotation,
  writeVersionAnnotation,
} from "./annotation_format.ts";
import { canonicalJson } from "./canonical_json.ts";
import { readCondemned, writeCondemned } from "./condemned_format.ts";
import { digestOf } from "./digest_of.ts";
import {
  experimentVersionId,
  readExperimentVersion,
  stageKeyId,
  writeExperimentVersion,
} from "./experiment_version_format.ts";
import { readKeptImage, writeKeptImage } from "./image_format.ts";
import { readImageManifest, writeImageManifest } from "./image_manifest_format.ts";
import { readImport, writeImport } from "./import_format.ts";
import { readJournal, writeJournalEvent } from "./journal_format.ts";
import { readLabel, readPendingVersion, writeLabel, writePendingVersion } from "./label_format.ts";
import { readLock, writeLock } from "./lock_format.ts";
import { readManifest, writeManifest } from "./manifest_format.ts";
import { readPin, writePin } from "./pin_format.ts";
import { readRecord, writeRecord } from "./record_format.ts";
import { readStoreMarker, writeStoreMarker } from "./store_marker_format.ts";
import { readVerdict, writeVerdict } from "./verdict_format.ts";

const FIXTURES = new URL("../../fixtures/formats/v1/", import.meta.url);

const fixture = (name: string) => Deno.readFileSync(new URL(name, FIXTURES));
const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Reads a document and writes it again. */
const AGAIN: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  "alias.json": (bytes) => writeAlias(readAlias(bytes)),
  "aero.lock": (bytes) => bytesOf(writeLock(readLock(textOf(bytes)))),
  "condemned.json": (bytes) => writeCondemned(readCondemned(bytes)),
  "experiment_version.json": (bytes) => writeExperimentVersion(readExperimentVersion(bytes)),
  "image_manifest.json": (bytes) => writeImageManifest(readImageManifest(bytes)),
  "import.json": (bytes) => writeImport(readImport(bytes)),
  "imported_record.json": (bytes) => writeRecord(readRecord(bytes)),
  "journal.jsonl": (bytes) => bytesOf(readJournal(bytes).events.map(writeJournalEvent).join("")),
  "kept_image.json": (bytes) => writeKeptImage(readKeptImage(bytes)),
  "label.json": (bytes) => writeLabel(readLabel(bytes)),
  "logged_journal.jsonl": (bytes) => bytesOf(readJournal(bytes).events.map(writeJournalEvent).join("")),
  "logged_record.json": (bytes) => writeRecord(readRecord(bytes)),
  "manifest.jsonl": (bytes) => writeManifest(readManifest(bytes)),
  "pending_version.json": (bytes) => writePendingVersion(readPendingVersion(bytes)),
  "pin.json": (bytes) => writePin(readPin(bytes)),
  "record.json": (bytes) => writeRecord(readRecord(bytes)),
  "run_annotation.json": (bytes) => writeRunAnnotation(readRunAnnotation(bytes)),
  "store_marker.json": (bytes) => writeStoreMarker(readStoreMarker(bytes)),
  "verdict.json": (bytes) => writeVerdict(readVerdict(bytes)),
  "version_annotation.json": (bytes) => writeVersionAnnotation(readVersionAnnotation(bytes)),
};

for (const [name, again] of Object.entries(AGAIN)) {
  Deno.test(`the kept ${name} of format 1 is read, and written back bit for bit`, () => {
    assert.equal(textOf(again(fixture(name))), textOf(fixture(name)));
  });
}

Deno.test("every kept document of format 1 has a test", () => {
  const names = [...Deno.readDirSync(FIXTURES)].map((entry) => entry.name).sort();

  assert.deepEqual(names, [...Object.keys(AGAIN), "stage_key.json"].sort());
});

Deno.test("ids of the kept documents never change", () => {
  const version = readExperimentVersion(fixture("experiment_version.json"));

  assert.equal(
    experimentVersionId(version),
    "sha256:9a27107fbfd2e894b42e1dde008ca58ee4747ed3b46b56243ff3b83c01b1c313",
  );
  assert.equal(
    stageKeyId(JSON.parse(textOf(fixture("stage_key.json")))),
    "sha256:83322441ca025e03083b728d06f72eb6596497b5f96aadf13546b3248171bbc4",
  );
  assert.equal(
    digestOf(fixture("manifest.jsonl")),
    "sha256:75c6c199d90fa4204e55e7795146ba354f8af1e73efff6131bf92d52732ffb30",
  );
});

Deno.test("FORMAT.md shows each kept document as it is", () => {
  const text = Deno.readTextFileSync(new URL("FORMAT.md", import.meta.url));
  const shown = [...text.matchAll(/<!-- fixture: (\S+) -->\n+```(\w+)\n([\s\S]*?)```\n/g)];

  for (const [, name, language, block] of shown) {
    const expected = textOf(fixture(name!));
    assert.equal(language === "json" ? canonicalJson(JSON.parse(block!)) : block, expected, name);
  }
  assert.deepEqual(shown.map(([, name]) => name).sort(), [...Object.keys(AGAIN), "stage_key.json"].sort());
});

const DOCUMENTS: readonly (readonly [name: string, code: string, read: (bytes: Uint8Array) => unknown])[] = [
  ["alias.json", "alias", readAlias],
  ["experiment_version.json", "experiment_version", readExperimentVersion],
  ["label.json", "label", readLabel],
  ["pending_version.json", "pending_version", readPendingVersion],
  ["logged_record.json", "record", readRecord],
  ["record.json", "record", readRecord],
  ["run_annotation.json", "run_annotation", readRunAnnotation],
  ["store_marker.json", "store_marker", readStoreMarker],
  ["verdict.json", "verdict", readVerdict],
  ["version_annotation.json", "version_annotation", readVersionAnnotation],
];

const hasCode = (code: string) => (error: unknown) => error instanceof AeroError && error.code === code;

for (const [name, code, read] of DOCUMENTS) {
  const value = JSON.parse(textOf(fixture(name)));
  const changed = (change: object) => bytesOf(canonicalJson({ ...value, ...change }));

  Deno.test(`${name} with an unknown field is refused`, () => {
    assert.throws(() => read(changed({ extra: 1 })), hasCode(`${code}_invalid`));
  });

  Deno.test(`${name} that is not canonical is refused`, () => {
    assert.throws(() => read(bytesOf(`${textOf(fixture(name))}\n`)), hasCode(`${code}_invalid`));
    assert.throws(() => read(bytesOf(JSON.stringify(value, undefined, 1))), hasCode(`${code}_invalid`));
  });

  Deno.test(`${name} of a newer schema says that a newer aero wrote it`, () => {
    const newer = changed({ schema: value.schema.replace("@1", "@2"), extra: 1 });

    assert.throws(() => read(newer), hasCode(`${code}_newer`));
  });

  for (const field of Object.keys(value)) {
    Deno.test(`${name} with the wrong type of ${field} is refused`, () => {
      assert.throws(() => read(changed({ [field]: -1.5 })), (error) => {
        assert(error instanceof AeroError);
        assert.equal(error.code, `${code}_invalid`);
        assert(error.report.why!.includes(field));
        return true;
      });
    });
  }
}

Deno.test("all faults of a document are told at once", () => {
  const value = JSON.parse(textOf(fixture("record.json")));
  const bytes = bytesOf(canonicalJson({ ...value, endedAt: "now", host: { ...value.host, cores: -1 } }));

  assert.throws(
    () => readRecord(bytes),
    (error) =>
      error instanceof AeroError && /endedAt/.test(error.report.why!) &&
      /host\.cores/.test(error.report.why!),
  );
});

Deno.test("a document whose value lacks a field cannot be written", () => {
  const { stage: _stage, ...rest } = readRecord(fixture("record.json"));

  assert.throws(() => writeRecord(rest as never), TypeError);
});

Deno.test("readImageManifest() passes over fields of others, as the specification asks", () => {
  const value = JSON.parse(textOf(fixture("image_manifest.json")));
  value.annotations = { a: "b" };
  value.config.annotations = {};

  assert.deepEqual(
    readImageManifest(bytesOf(JSON.stringify(value))),
    readImageManifest(fixture("image_manifest.json")),
  );
});

Deno.test("readImageManifest() refuses an index", () => {
  const index = { schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: [] };

  assert.throws(() => readImageManifest(bytesOf(JSON.stringify(index))), hasCode("image_manifest_invalid"));
});
