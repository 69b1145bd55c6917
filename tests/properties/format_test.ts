import fc from "fast-check";
import assert from "node:assert/strict";
import { AeroError } from "../../core/errors.ts";
import { readAlias } from "../../core/format/alias_format.ts";
import { readRunAnnotation, readVersionAnnotation } from "../../core/format/annotation_format.ts";
import { canonicalJson } from "../../core/format/canonical_json.ts";
import { experimentVersionId, readExperimentVersion } from "../../core/format/experiment_version_format.ts";
import { readKeptImage } from "../../core/format/image_format.ts";
import { readImageManifest } from "../../core/format/image_manifest_format.ts";
import { readJournal, writeJournalEvent } from "../../core/format/journal_format.ts";
import { readLabel } from "../../core/format/label_format.ts";
import { readLock, writeLock } from "../../core/format/lock_format.ts";
import { readManifest, writeManifest } from "../../core/format/manifest_format.ts";
import { readRecord } from "../../core/format/record_format.ts";
import { readStoreMarker } from "../../core/format/store_marker_format.ts";
import { readVerdict } from "../../core/format/verdict_format.ts";
import type { Digest } from "../../core/model/digest.ts";
import type { ExperimentVersion } from "../../core/model/experiment_version.ts";
import type { JsonValue } from "../../core/model/json.ts";
import type { LockEntry } from "../../core/model/lock.ts";
import { foldLogged, NOTHING_LOGGED } from "../../core/model/logged.ts";
import { compareBytes, type ManifestEntry } from "../../core/model/manifest.ts";
import type { RelativePath } from "../../core/model/relative_path.ts";
import { propertyRun } from "../support/property_seed.ts";

const FIXTURES = new URL("../../fixtures/formats/v1/", import.meta.url);
const RUN = propertyRun();

const READERS: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  "alias.json": readAlias,
  "experiment_version.json": readExperimentVersion,
  "image_manifest.json": readImageManifest,
  "journal.jsonl": readJournal,
  "kept_image.json": readKeptImage,
  "label.json": readLabel,
  "aero.lock": (bytes) => readLock(new TextDecoder().decode(bytes)),
  "logged_journal.jsonl": readJournal,
  "logged_record.json": readRecord,
  "manifest.jsonl": readManifest,
  "record.json": readRecord,
  "run_annotation.json": readRunAnnotation,
  "store_marker.json": readStoreMarker,
  "verdict.json": readVerdict,
  "version_annotation.json": readVersionAnnotation,
};

const fixture = (name: string) => Deno.readFileSync(new URL(name, FIXTURES));
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Reads; a failure that aero does not foresee comes out. */
function readOrRefuse(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): void {
  try {
    read(bytes);
  } catch (error) {
    if (!(error instanceof AeroError)) throw error;
  }
}

const text = fc.string({ unit: "grapheme", maxLength: 12 }).filter((value) => value.isWellFormed());
const json = fc.jsonValue({ maxDepth: 3, noUnicodeString: false });
const digest = fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}` as Digest);

for (const [name, read] of Object.entries(READERS)) {
  Deno.test(`reading ${name} from random bytes never crashes`, () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => readOrRefuse(read, bytes)), RUN);
    fc.assert(fc.property(json, (value) => readOrRefuse(read, bytesOf(`${JSON.stringify(value)}\n`))), RUN);
  });

  Deno.test(`reading ${name} with some bytes changed never crashes`, () => {
    const whole = fixture(name);
    const place = fc.nat({ max: whole.length - 1 });
    const change = fc.array(fc.tuple(place, fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    const cut = fc.tuple(place, place);
    fc.assert(
      fc.property(change, cut, (changes, [from, to]) => {
        const bytes = whole.slice();
        for (const [at, byte] of changes) bytes[at] = byte;
        readOrRefuse(read, bytes);
        readOrRefuse(read, new Uint8Array([...bytes.subarray(0, from), ...bytes.subarray(to)]));
      }),
      RUN,
    );
  });

  if (!name.endsWith(".json")) continue;

  Deno.test(`reading ${name} with any value in the place of another never crashes`, () => {
    const value = JSON.parse(new TextDecoder().decode(fixture(name)));
    const fields = Object.keys(value);
    fc.assert(
      fc.property(fc.constantFrom(...fields), json, text, (field, other, key) => {
        readOrRefuse(read, bytesOf(canonicalJson({ ...value, [field]: other })));
        readOrRefuse(read, bytesOf(canonicalJson({ ...value, [field]: { ...value[field], [key]: other } })));
      }),
      RUN,
    );
  });
}

Deno.test("documents nested without end are refused and do not exhaust the stack", () => {
  for (const [name, read] of Object.entries(READERS)) {
    const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
    const inside = new TextDecoder().decode(fixture(name)).replace(
      /\{"features"/,
      `{"deep":${deep},"features"`,
    );
    readOrRefuse(read, bytesOf(deep));
    readOrRefuse(read, bytesOf(inside));
  }
});

function reordered(value: unknown, pick: (keys: string[]) => string[]): unknown {
  if (Array.isArray(value)) return value.map((member) => reordered(member, pick));
  if (typeof value !== "object" || value === null) return value;
  const members = value as Record<string, unknown>;
  return Object.fromEntries(pick(Object.keys(members)).map((key) => [key, reordered(members[key], pick)]));
}

const version = fc.record({
  schema: fc.constant("aero/experiment-version@1" as const),
  project: fc.constantFrom("bikes", "b"),
  stage: fc.constantFrom("train", "clean"),
  code: fc.record({ commit: fc.stringMatching(/^[0-9a-f]{40}$/), tree: fc.stringMatching(/^[0-9a-f]{40}$/) }),
  environment: fc.oneof(
    fc.record({
      kind: fc.constant("container" as const),
      image: digest,
      platform: fc.constantFrom("linux/amd64", "linux/arm64"),
      env: fc.dictionary(text, text),
      network: fc.constantFrom("none" as const, "host" as const),
      runArgs: fc.array(text),
    }),
    fc.record({
      kind: fc.constant("host" as const),
      platform: fc.constant("linux/amd64"),
      env: fc.dictionary(text, text),
    }),
  ),
  inputs: fc.dictionary(
    fc.constantFrom("a", "b", "c"),
    fc.record({ artifact: fc.constantFrom("x", "p/y"), digest }),
  ),
  params: fc.dictionary(text, json),
  command: fc.array(text, { minLength: 1 }),
}) as fc.Arbitrary<ExperimentVersion>;

Deno.test("the same content in any order of keys gives the same id", () => {
  const order = fc.func(fc.nat());
  fc.assert(
    fc.property(version, order, (value, rank) => {
      const other = reordered(value, (keys) => [...keys].sort((a, b) => rank(a) - rank(b)));
      assert.equal(experimentVersionId(other as ExperimentVersion), experimentVersionId(value));
    }),
    RUN,
  );
});

Deno.test("another content gives another id, and equal ids mean equal content", () => {
  fc.assert(
    fc.property(version, version, (a, b) => {
      const mixed = { ...a, [Object.keys(b)[b.command.length % 8]!]: Object.values(b)[b.command.length % 8] };
      const same = canonicalJson(mixed) === canonicalJson(a);
      assert.equal(experimentVersionId(mixed as ExperimentVersion) === experimentVersionId(a), same);
    }),
    RUN,
  );
});

const KEPT = readExperimentVersion(fixture("experiment_version.json"));

/** Paths of all leaves and empty containers. */
function leaves(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([key, member]) => leaves(member, [...path, key]));
}

for (const path of leaves(KEPT).filter((path) => !["schema", "kind"].includes(path.at(-1)!))) {
  Deno.test(`a version with another ${path.join(".")} has another id`, () => {
    const changed = structuredClone(KEPT) as unknown as Record<string, unknown>;
    const holder = path.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, changed);
    const key = path.at(-1)!;
    holder[key] = another(holder[key]);

    assert.notEqual(experimentVersionId(changed as unknown as ExperimentVersion), experimentVersionId(KEPT));
  });
}

function another(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (Array.isArray(value)) return ["--more"];
  if (value === "none") return "host";
  const last = (value as string).at(-1) === "0" ? "1" : "0";
  return (value as string).slice(0, -1) + last;
}

const part = text.filter((value) => !/[/\0]/.test(value) && !["", ".", ".."].includes(value));
const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/") as RelativePath);
const entry: fc.Arbitrary<ManifestEntry> = fc.oneof(
  fc.record({
    kind: fc.constant("file" as const),
    path,
    size: fc.maxSafeNat(),
    digest,
    executable: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("link" as const), path, target: part }),
);

Deno.test("a manifest that is written is read again as it was", () => {
  fc.assert(
    fc.property(fc.uniqueArray(entry, { selector: (value) => value.path }), (all) => {
      const paths = new Set<string>(all.map((value) => value.path));
      const free = all.filter(({ path }) =>
        !path.split("/").some((_, i, parts) => i > 0 && paths.has(parts.slice(0, i).join("/")))
      );
      const entries = free.sort((a, b) => compareBytes(a.path, b.path));
      const bytes = writeManifest({ entries });
      assert.deepEqual(readManifest(bytes).entries, entries.map((value) => ({ ...value })));
      assert.deepEqual(writeManifest(readManifest(bytes)), bytes);
    }),
    RUN,
  );
});

Deno.test("metrics that are written are read again as they were, in canonical JSON", () => {
  const number = fc.double().map((value) => value === 0 ? 0 : value);
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value === 0 ? 0 : value);
  const point = fc.record({ at: finite, step: finite, values: fc.dictionary(text, number) }, {
    requiredKeys: ["at", "values"],
  });
  fc.assert(
    fc.property(finite, fc.array(point), (at, points) => {
      const line = writeJournalEvent({ event: "metrics", at, points });
      assert.equal(canonicalJson(JSON.parse(line)), line.trimEnd());
      const [event] = readJournal(bytesOf(line)).events;
      assert.deepEqual(
        JSON.parse(JSON.stringify(event, spell)),
        JSON.parse(JSON.stringify({ event: "metrics", at, points }, spell)),
      );
    }),
    RUN,
  );
});

/** Keeps what JSON cannot hold apart: NaN from null. */
function spell(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

Deno.test("locks merged by lines are those of both sides", () => {
  const word = fc.stringMatching(/^[a-z0-9.:+~-]{1,12}$/);
  const lockEntry: fc.Arbitrary<LockEntry> = fc.oneof(
    fc.record({ kind: fc.constant("base" as const), reference: word, platform: word, image: digest }),
    fc.record({ kind: fc.constant("image" as const), source: digest, platform: word, image: digest }),
    fc.record({
      kind: fc.constant("package" as const),
      source: digest,
      platform: word,
      name: word,
      version: word,
    }),
  );
  const list = fc.uniqueArray(lockEntry, {
    selector: (value) =>
      JSON.stringify({ ...value, image: undefined, ...(value.kind === "package" ? { version: "" } : {}) }),
  });
  fc.assert(
    fc.property(list, fc.nat(), (entries, cut) => {
      const ours = entries.slice(0, cut % (entries.length + 1)), theirs = entries.slice(ours.length / 2);
      assert.equal(writeLock(readLock(writeLock(ours) + writeLock(theirs))), writeLock(entries));
    }),
    RUN,
  );
});

const facts = fc.record({
  params: fc.dictionary(text, json as fc.Arbitrary<JsonValue>),
  tags: fc.dictionary(text.filter((name) => name !== ""), fc.option(text)),
  note: text,
  inputs: fc.array(fc.record({ name: text, url: text, digest: text }, { requiredKeys: ["name"] })),
}, { requiredKeys: [] });

Deno.test("what a program logs comes back from a journal as it went in", () => {
  fc.assert(
    fc.property(facts, (said) => {
      const line = writeJournalEvent({ event: "logged", at: 1, facts: said });
      const [event] = readJournal(bytesOf(line)).events;
      assert(event?.event === "logged");
      assert.equal(canonicalJson(event.facts), canonicalJson(said));
    }),
    RUN,
  );
});

Deno.test("what a program logged comes to the same, taken together or piece by piece", () => {
  fc.assert(
    fc.property(fc.array(facts), fc.nat(), (all, at) => {
      const cut = all.length === 0 ? 0 : at % all.length;
      const before = foldLogged(all.slice(0, cut)) ?? NOTHING_LOGGED;
      assert.deepEqual(foldLogged([before, ...all.slice(cut)]), foldLogged(all));
    }),
    RUN,
  );
});
