import assert from "node:assert/strict";
import { FaultyStorage } from "../../../tests/support/faulty_storage.ts";
import { openMemoryStorage } from "../../../tests/support/memory_storage.ts";
import {
  bytesBody,
  isStorageError,
  type Storage,
  type StorageError,
  type StorageKey,
} from "../../plugin/storage.ts";
import { KnownNames } from "../known_names.ts";
import { Outbox } from "../outbox.ts";
import { readAll } from "../verified_stream.ts";
import { OutboxStorage } from "./outbox.ts";

const OBJECT = "objects/sha256/aa/aa" as StorageKey;
const LABEL = "artifacts/toy/model/v1.json" as StorageKey;
const RECORD = "runs/toy/kkkkkkkkkkkkkkkk/record.json" as StorageKey;
const MARKER = "aero.json" as StorageKey;
const unavailable = (error: unknown) => isStorageError(error, "unavailable");
const body = (text: string) => bytesBody(new TextEncoder().encode(text));

interface Subject extends AsyncDisposable {
  readonly storage: OutboxStorage;
  readonly faulty: FaultyStorage;
  /** What waits. */
  readonly held: Storage;
  readonly troubles: string[];
  text(key: StorageKey): Promise<string>;
  /** Opens the same once more, as the next command does. */
  reopen(offline?: boolean): Promise<OutboxStorage>;
}

async function openSubject(): Promise<Subject> {
  const directory = await Deno.makeTempDir();
  const held = openMemoryStorage(), remote = openMemoryStorage();
  const faulty = new FaultyStorage(remote);
  const troubles: string[] = [];
  const opened: KnownNames[] = [];
  const open = async (offline = false) => {
    const known = new KnownNames(`${directory}/names.db`);
    opened.push(known);
    return await OutboxStorage.open({
      remote: faulty,
      outbox: new Outbox({
        directory: `${directory}/outbox`,
        open: () => Promise.resolve(held),
        tryLock: (file) => file.tryLockSync(true),
      }),
      known,
      offline,
      now: () => 7000,
      onTrouble: ({ code }) => troubles.push(code),
    });
  };
  const storage = await open();
  return {
    storage,
    faulty,
    held,
    troubles,
    text: async (key) => new TextDecoder().decode(await readAll(await storage.get(key))),
    reopen: open,
    async [Symbol.asyncDispose]() {
      for (const known of opened) known[Symbol.dispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

const keysOf = async (storage: Storage, prefix = "") =>
  (await Array.fromAsync(storage.list(prefix), ({ key }) => key)).sort();

Deno.test("while nothing waits and the storage answers, it gets everything, and nothing is kept here", async () => {
  await using subject = await openSubject();

  await subject.storage.put(OBJECT, body("bytes"));
  await subject.storage.put(LABEL, body("label"), { ifAbsent: true });

  assert.deepEqual(await keysOf(subject.held), []);
  assert.deepEqual(subject.faulty.asked, [`put ${OBJECT}`, `put ${LABEL}`]);
  assert.equal(subject.storage.isHolding, false);
});

Deno.test("what is put while the storage is unavailable waits, and the storage is asked no more", async () => {
  await using subject = await openSubject();
  subject.faulty.faults = [{ with: "unavailable" }];

  await subject.storage.put(OBJECT, body("bytes"));
  await subject.storage.put(RECORD, body("record"), { ifAbsent: true });

  assert.deepEqual(await keysOf(subject.held), [OBJECT, RECORD]);
  assert.deepEqual(subject.faulty.asked, [`put ${OBJECT}`]);
  assert.deepEqual(subject.troubles, ["unavailable"]);
  assert.equal(await subject.text(RECORD), "record");
});

Deno.test("while the storage is away nothing is said to be absent, and what many may want is given to nobody", async () => {
  await using subject = await openSubject();
  subject.faulty.faults = [{ with: "unavailable" }];
  await subject.storage.put(OBJECT, body("bytes"));

  const other = "objects/sha256/bb/bb" as StorageKey;
  await assert.rejects(subject.storage.stat(other), unavailable);
  await assert.rejects(subject.storage.get(other), unavailable);
  await assert.rejects(subject.storage.delete(other), unavailable);
  for (const key of [LABEL, MARKER, "aliases/toy/model/best.json" as StorageKey]) {
    await assert.rejects(subject.storage.put(key, body("mine"), { ifAbsent: true }), unavailable);
  }
  const listed: string[] = [];
  await assert.rejects(async () => {
    for await (const { key } of subject.storage.list("objects/")) listed.push(key);
  }, unavailable);
  assert.deepEqual(listed, [OBJECT]);
});

Deno.test("names that were read or written here are known while the storage is away, and what was removed is not", async () => {
  await using subject = await openSubject();
  const gone = "artifacts/toy/model/v2.json" as StorageKey;
  await subject.storage.put(LABEL, body("label"));
  await subject.storage.put(gone, body("gone"));
  await subject.storage.delete(gone);
  await keysOf(subject.storage, "artifacts/toy/model/");

  await using away = await subject.reopen(true);

  assert.equal(new TextDecoder().decode(await readAll(await away.get(LABEL))), "label");
  assert.equal((await away.stat(LABEL))!.size, 5);
  await assert.rejects(away.get(gone), unavailable);
  assert.equal(away.knownAt("artifacts/toy/model/"), 7000);
  assert.equal(away.knownAt("artifacts/toy/"), undefined);
});

Deno.test("while something waits the next command puts there too, and reads both as one", async () => {
  await using subject = await openSubject();
  await subject.storage.put(LABEL, body("label"));
  subject.faulty.faults = [{ with: "unavailable" }];
  await subject.storage.put(OBJECT, body("bytes"));
  subject.faulty.faults = [];

  await using next = await subject.reopen();
  await next.put(RECORD, body("record"));

  assert.equal(next.isAway, false);
  assert.deepEqual(await keysOf(next), [LABEL, OBJECT, RECORD].sort());
  assert.deepEqual(await keysOf(subject.held), [OBJECT, RECORD]);
  assert.equal(await next.stat("versions/ff" as StorageKey), undefined);
  await next.put("artifacts/toy/model/v9.json" as StorageKey, body("nine"), { ifAbsent: true });
  assert.equal((await keysOf(subject.held)).length, 2, "what many may want is asked of the storage");
});

Deno.test("what is denied is an error, until what it costs is work that was done", async () => {
  await using subject = await openSubject();
  subject.faulty.faults = [{ with: "denied" }];

  await assert.rejects(
    subject.storage.put(OBJECT, body("bytes")),
    (error) => isStorageError(error, "denied"),
  );
  subject.storage.keepAll();
  await subject.storage.put(OBJECT, body("bytes"));

  assert.deepEqual(await keysOf(subject.held), [OBJECT]);
  assert.deepEqual(subject.troubles, ["denied"]);
});

Deno.test("a storage that answers again is asked again, unless it is not to be asked", async () => {
  await using subject = await openSubject();
  subject.faulty.faults = [{ with: "unavailable" }];
  await subject.storage.put(OBJECT, body("bytes"));

  assert.equal(await subject.storage.comeBack(), false);
  subject.faulty.faults = [];
  assert.equal(await subject.storage.comeBack(), true);
  assert.equal(subject.storage.isAway, false);
  assert.equal(subject.storage.isHolding, true, "what waits is still to be sent");
  await using offline = await subject.reopen(true);
  assert.equal(await offline.comeBack(), false);
});

Deno.test("who lacks something offline is told how it is brought here beforehand", async () => {
  await using subject = await openSubject();
  await using offline = await subject.reopen(true);

  await assert.rejects(
    offline.get(OBJECT),
    ({ report }: StorageError) => /aero pull/.test(report.fix!.join()),
  );
});
