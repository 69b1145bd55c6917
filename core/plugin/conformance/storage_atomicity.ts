import { bytesBody, isStorageError, type ObjectBody, type PutOptions } from "../storage.ts";
import { must } from "./case.ts";
import { mustBeAbsent, mustHold, piecesBody, readObject, sampleBytes } from "./storage_bytes.ts";
import { mustReject, mustRejectWith, type Scope, storageClause } from "./storage_subject.ts";

const OLD = sampleBytes(2000, 1);
const NEW = sampleBytes(300_000, 2);

/** A body that cannot be stored, how, and what the put must say. */
interface Fault {
  readonly name: string;
  body(): ObjectBody;
  fits(error: unknown): boolean;
  readonly message: string;
}

const BROKEN = new TypeError("broken by the clause");

const FAULTS: readonly Fault[] = [
  {
    name: "is short",
    body: () => piecesBody(NEW.subarray(0, NEW.length - 1), NEW.length),
    fits: (error) => isStorageError(error, "size_mismatch"),
    message: "put() of a short body must be rejected with size_mismatch",
  },
  {
    name: "is empty where bytes were announced",
    body: () => piecesBody(new Uint8Array(), 1),
    fits: (error) => isStorageError(error, "size_mismatch"),
    message: "put() of an empty body must be rejected with size_mismatch",
  },
  {
    name: "is long",
    body: () => piecesBody(NEW, NEW.length - 1),
    fits: (error) => isStorageError(error, "size_mismatch"),
    message: "put() of a long body must be rejected with size_mismatch",
  },
  {
    name: "breaks",
    body: () => piecesBody(NEW.subarray(0, 1000), NEW.length, (controller) => controller.error(BROKEN)),
    fits: (error) => isOrIsCausedBy(error, BROKEN),
    message: "put() of a body that breaks must be rejected with the body's error, or one caused by it",
  },
  {
    name: "breaks when all its bytes are there",
    body: () => piecesBody(NEW, NEW.length, (controller) => controller.error(BROKEN)),
    fits: (error) => isOrIsCausedBy(error, BROKEN),
    message:
      "put() of a body that breaks at its end must be rejected with the body's error, or one caused by it",
  },
];

function isOrIsCausedBy(error: unknown, cause: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (at === cause) return true;
  return false;
}

async function mustLeaveFormer(scope: Scope, put: (name: string, options: PutOptions) => Promise<void>) {
  const { storage, key, folder } = scope;
  await put("absent", {});
  await mustBeAbsent(storage, key("absent"), "after the put() that was rejected");
  await put("absent", { ifAbsent: true });
  await mustBeAbsent(storage, key("absent"), "after the put() with ifAbsent that was rejected");
  await storage.put(key("present"), bytesBody(OLD));
  await put("present", {});
  await mustHold(storage, key("present"), OLD, "after the put() that was rejected");
  const listed = await Array.fromAsync(storage.list(folder), (object) => object.key);
  must(
    listed.length === 1,
    `a put() that was rejected must leave nothing else behind, not ${listed.join(", ")}`,
  );
}

async function ends(storage: Scope["storage"], key: Parameters<Scope["storage"]["get"]>[0]): Promise<string> {
  const bytes = await readObject(storage, key);
  if (bytes.length === OLD.length && bytes.every((byte, i) => byte === OLD[i])) return "old";
  return bytes.length === NEW.length && bytes.every((byte, i) => byte === NEW[i]) ? "new" : "neither";
}

/** Clauses on writes that fail, and on writers at once. */
export const atomicityClauses = [
  ...FAULTS.map(({ name, body, fits, message }) =>
    storageClause(`a body that ${name} leaves the former object, or none`, async (scope) => {
      await mustLeaveFormer(scope, async (key, options) => {
        await mustReject(() => scope.storage.put(scope.key(key), body(), options), fits, message);
      });
    })
  ),

  storageClause("an object is not seen before its last byte", async ({ storage, key, folder }) => {
    await storage.put(key("present"), bytesBody(OLD));
    for (const name of ["absent", "present"]) {
      let seen = "";
      await storage.put(
        key(name),
        piecesBody(NEW, NEW.length, async (controller) => {
          const keys = await Array.fromAsync(storage.list(folder), (object) => object.key);
          const there = await storage.stat(key(name)) !== undefined;
          seen = there ? await ends(storage, key(name)) : keys.includes(key(name)) ? "listed" : "absent";
          controller.close();
        }),
      );
      const expected = name === "absent" ? "absent" : "old";
      must(seen === expected, `during a put(), the key must be ${expected} to others, not ${seen}`);
      await mustHold(storage, key(name), NEW, "after put()");
    }
  }, ({ storage }) => storage.capabilities.maxConcurrency < 2 ? "does one call at a time" : undefined),

  storageClause("readers during overwrites see whole objects, old or new", async ({ storage, key }) => {
    await storage.put(key("object"), bytesBody(OLD));
    let writing = true;
    const writer = (async () => {
      for (let i = 0; i < 5; i++) await storage.put(key("object"), bytesBody(i % 2 ? OLD : NEW));
    })().finally(() => writing = false);
    const seen = new Set<string>();
    do seen.add(await ends(storage, key("object"))); while (writing);
    await writer;
    must(!seen.has("neither"), "a reader must never see part of one object");
  }),

  storageClause("put() with ifAbsent leaves what is there, and says exists", async ({ storage, key }) => {
    await storage.put(key("object"), bytesBody(OLD), { ifAbsent: true });
    await mustHold(storage, key("object"), OLD, "after put() with ifAbsent");
    for (const bytes of [NEW, OLD, new Uint8Array()]) {
      await mustRejectWith(
        "exists",
        () => storage.put(key("object"), bytesBody(bytes), { ifAbsent: true }),
        "put() with ifAbsent on a key that has an object",
      );
      await mustHold(storage, key("object"), OLD, "after put() with ifAbsent was rejected");
    }
    await storage.delete(key("object"));
    await storage.put(key("object"), bytesBody(NEW), { ifAbsent: true });
    await mustHold(storage, key("object"), NEW, "after delete() and put() with ifAbsent");
  }),

  storageClause("of 20 writers with ifAbsent at once exactly one succeeds", async (scope) => {
    const { storage, key } = scope;
    await using reopened = await scope.reopen?.();
    const other = reopened ?? storage;
    for (let round = 0; round < 3; round++) {
      const name = key(`contested-${round}`);
      const outcomes = await Promise.allSettled(
        Array.from(
          { length: 20 },
          (_, i) =>
            (i % 2 ? other : storage).put(name, bytesBody(sampleBytes(5000 + i, i)), { ifAbsent: true }),
        ),
      );
      const winners = outcomes.flatMap(({ status }, i) => status === "fulfilled" ? [i] : []);
      must(winners.length === 1, `exactly one of 20 writers must succeed, not ${winners.length}`);
      const others = outcomes.filter((outcome) => outcome.status === "rejected");
      const odd = others.find(({ reason }) => !isStorageError(reason, "exists"));
      must(odd === undefined, `the other writers must be rejected with exists, not ${odd?.reason}`);
      const winner = winners[0]!;
      await mustHold(
        storage,
        name,
        sampleBytes(5000 + winner, winner),
        "after the race, the winner's object",
      );
    }
  }),
];
