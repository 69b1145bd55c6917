import assert from "node:assert/strict";
import { ContractBreach } from "../../core/plugin/conformance/case.ts";
import { storageContract, type StorageSubject } from "../../core/plugin/conformance/storage.ts";
import type { PluginContext } from "../../core/plugin/context.ts";
import type { Storage, StorageKey } from "../../core/plugin/storage.ts";
import { tryLock } from "../../core/cache/try_lock.ts";
import { KnownNames } from "../../core/store/known_names.ts";
import { Outbox } from "../../core/store/outbox.ts";
import { LimitStorage } from "../../core/store/wrap/limit.ts";
import { LogStorage } from "../../core/store/wrap/log.ts";
import { OutboxStorage } from "../../core/store/wrap/outbox.ts";
import { RetryStorage } from "../../core/store/wrap/retry.ts";
import { localStorage } from "../../plugins/storages/local/mod.ts";
import { type MemoryObject, MemoryStorage } from "../../plugins/storages/memory/memory_storage.ts";
import { memoryStorage } from "../../plugins/storages/memory/mod.ts";
import { FaultyStorage } from "../support/faulty_storage.ts";
import { HoldsBodies, HoldsObjects, MUTANTS, PassThrough } from "../support/mutant_storages.ts";

const SECRET = "mutant-secret";

/** A subject that is put away after the test. */
type TestSubject = StorageSubject & AsyncDisposable;

function contextWith(log: PluginContext["log"]): PluginContext {
  return {
    signal: new AbortController().signal,
    now: () => new Date(),
    variable: () => undefined,
    log,
    dataDirectory: "/nowhere",
  };
}

function memorySubject(wrap: (storage: Storage) => Storage = (storage) => storage): TestSubject {
  const objects = new Map<StorageKey, MemoryObject>();
  const open = () => new MemoryStorage({ now: () => new Date(), objects });
  const storage = wrap(open());
  return {
    storage,
    prefix: "conformance",
    reopen: () => Promise.resolve(wrap(open())),
    denied: () => Promise.resolve(wrap(new FaultyStorage(open(), [{ with: "denied" }]))),
    unavailable: () => Promise.resolve(wrap(new FaultyStorage(open(), [{ with: "unavailable" }]))),
    secrets: [SECRET],
    [Symbol.asyncDispose]: async () => await storage[Symbol.asyncDispose](),
  };
}

async function localSubject(
  wrap: (storage: Storage) => Storage = (storage) => storage,
): Promise<TestSubject> {
  const directory = await Deno.realPath(await Deno.makeTempDir());
  const root = `${directory}/root`;
  const logged: string[] = [];
  const context = contextWith((event, fields) => logged.push(event, JSON.stringify(fields)));
  const open = async () => wrap(await localStorage.open({ path: root }, context));
  const storage = await open();
  // Opens it, then takes something away, which comes back when it is closed.
  const openWithout = async (path: string, take: () => Promise<void>) => {
    const other = await open();
    await Deno.rename(path, `${directory}/away`);
    await take();
    const close = other[Symbol.asyncDispose].bind(other);
    other[Symbol.asyncDispose] = async () => {
      await close();
      await Deno.remove(path).catch(() => {});
      await Deno.rename(`${directory}/away`, path);
    };
    return other;
  };
  return {
    storage,
    prefix: "conformance",
    reopen: open,
    // Rights do not bind root, but a link out of the directory is refused to everybody.
    denied: () =>
      openWithout(`${root}/conformance`, () => Deno.symlink(`${directory}/away`, `${root}/conformance`)),
    unavailable: () => openWithout(root, () => Promise.resolve()),
    secrets: [SECRET],
    logged: () => logged.join("\n"),
    [Symbol.asyncDispose]: async () => {
      await storage[Symbol.asyncDispose]();
      const left: string[] = [];
      for (const folder of ["tmp", "staging"]) {
        for await (const entry of Deno.readDir(`${root}/${folder}`)) left.push(entry.name);
      }
      await Deno.remove(directory, { recursive: true });
      assert.deepEqual(left, []);
    },
  };
}

const logOptions = { log: () => {}, now: () => new Date() };
const retryOptions = { sleep: () => Promise.resolve(), random: () => 0 };

const SUBJECTS: readonly (readonly [string, () => TestSubject | Promise<TestSubject>])[] = [
  ["memory", () => memorySubject()],
  ["local", () => localSubject()],
  ["local through retry", () => localSubject((storage) => new RetryStorage(storage, retryOptions))],
  ["local through limit", () => localSubject((storage) => new LimitStorage(storage, 3))],
  ["local through log", () => localSubject((storage) => new LogStorage(storage, logOptions))],
  [
    "local through log, limit and retry",
    () =>
      localSubject((storage) =>
        new LogStorage(new LimitStorage(new RetryStorage(storage, retryOptions)), logOptions)
      ),
  ],
  ["a storage with an outbox in which nothing waits", () => outboxSubject()],
];

/** What is away is put into the outbox, so that such a storage is never unavailable for a put: that clause is not its. */
function outboxSubject(): TestSubject {
  const directory = Deno.makeTempDirSync();
  const { unavailable: _, ...subject } = memorySubject((remote) =>
    new OutboxStorage({
      remote,
      outbox: new Outbox({
        directory: `${directory}/outbox`,
        open: (path) => localStorage.open({ path }, contextWith(() => {})),
        tryLock: (file) => tryLock(file, { exclusive: true }),
      }),
      known: new KnownNames(`${directory}/${crypto.randomUUID()}.db`),
      now: Date.now,
    })
  );
  return {
    ...subject,
    async [Symbol.asyncDispose]() {
      await subject[Symbol.asyncDispose]();
      assert.equal([...Deno.readDirSync(directory)].some(({ name }) => name === "outbox"), false);
      await Deno.remove(directory, { recursive: true });
    },
  };
}

for (const [name, open] of SUBJECTS) {
  Deno.test(`${name} meets the storage contract`, async (t) => {
    await using subject = await open();
    for (const clause of storageContract) {
      const why = clause.skip?.(subject);
      const step = why === undefined ? clause.name : `${clause.name} (skipped: ${why})`;
      await t.step({ name: step, ignore: why !== undefined, fn: () => clause.run(subject) });
      if (why !== undefined) continue;
      const left = await Array.fromAsync(subject.storage.list(subject.prefix), (object) => object.key);
      assert.deepEqual(left, [], `"${clause.name}" left something behind`);
    }
  });
}

for (const [Mutant, clauseName] of MUTANTS) {
  Deno.test(`the storage contract rejects ${Mutant.name}`, async () => {
    await using subject = memorySubject((storage) => new Mutant(storage));
    const clause = storageContract.find(({ name }) => name === clauseName);

    assert.ok(clause, `there is no clause "${clauseName}"`);
    await assert.rejects(clause.run(subject), ContractBreach);
  });
}

for (const Mutant of [HoldsBodies, HoldsObjects]) {
  Deno.test(`the storage contract rejects ${Mutant.name}`, async () => {
    await using subject = await localSubject((storage) => new Mutant(storage));
    const clause = storageContract.find(({ name }) => name.startsWith("256 MiB"));

    assert.ok(clause);
    await assert.rejects(clause.run(subject), ContractBreach);
  });
}

Deno.test("a storage that passes everything on keeps each clause that a mutant breaks", async () => {
  await using subject = memorySubject((storage) => new PassThrough(storage));

  for (const clause of storageContract) if (!clause.skip?.(subject)) await clause.run(subject);
});

Deno.test("the memory plugin opens an empty storage each time", async () => {
  await using first = await memoryStorage.open({}, contextWith(() => {}));
  await using second = await memoryStorage.open({}, contextWith(() => {}));
  await first.put("a" as StorageKey, { size: 0, open: () => new Blob([]).stream() });

  assert.deepEqual(await Array.fromAsync(second.list("")), []);
});
