import { bytesBody, type ObjectBody } from "../storage.ts";
import { must } from "./case.ts";
import { mustBeAbsent, mustHold, piecesBody, sampleBytes } from "./storage_bytes.ts";
import { mustReject, type Scope, storageClause } from "./storage_subject.ts";

/** Reasons that callers abort with: the usual one, a timeout, and one of the caller's own. */
const REASONS: readonly unknown[] = [
  new DOMException("stopped by the clause", "AbortError"),
  new DOMException("too slow for the clause", "TimeoutError"),
  new RangeError("a reason of the clause's own"),
];

const OLD = sampleBytes(2000, 1);
const NEW = sampleBytes(300_000, 2);

async function mustAbort(call: (signal: AbortSignal) => Promise<unknown>, name: string): Promise<void> {
  for (const reason of REASONS) {
    await mustReject(
      () => call(AbortSignal.abort(reason)),
      (error) => error === reason,
      `${name} after an abort must be rejected with the reason itself`,
    );
  }
}

async function mustAbortPut(scope: Scope, makeBody: (abort: () => void) => ObjectBody): Promise<void> {
  const { storage, key, folder } = scope;
  await storage.put(key("present"), bytesBody(OLD));
  for (const reason of REASONS) {
    for (const [name, ifAbsent] of [["absent", false], ["absent", true], ["present", false]] as const) {
      const controller = new AbortController();
      const body = makeBody(() => controller.abort(reason));
      await mustReject(
        () => storage.put(key(name), body, { ifAbsent, signal: controller.signal }),
        (error) => error === reason,
        "put() that is aborted during its body must be rejected with the reason itself",
      );
    }
  }
  await mustBeAbsent(storage, key("absent"), "after a put() that was aborted");
  await mustHold(storage, key("present"), OLD, "after a put() that was aborted");
  const listed = await Array.fromAsync(storage.list(folder), (object) => object.key);
  must(listed.length === 1, `an aborted put() must leave nothing else behind, not ${listed.join(", ")}`);
}

/** Clauses on callers who change their mind. */
export const abortClauses = [
  storageClause(
    "a call that is aborted before it begins changes nothing",
    async ({ storage, key, folder }) => {
      await storage.put(key("object"), bytesBody(OLD));
      await mustAbort((signal) => storage.put(key("object"), bytesBody(NEW), { signal }), "put()");
      await mustAbort((signal) => storage.put(key("absent"), bytesBody(NEW), { signal }), "put()");
      await mustAbort((signal) => storage.delete(key("object"), { signal }), "delete()");
      await mustAbort((signal) => storage.get(key("object"), { signal }), "get()");
      await mustAbort((signal) => storage.stat(key("object"), { signal }), "stat()");
      await mustAbort((signal) => Array.fromAsync(storage.list(folder, { signal })), "list()");
      await mustHold(storage, key("object"), OLD, "after calls that were aborted");
      await mustBeAbsent(storage, key("absent"), "after a put() that was aborted");
    },
  ),

  storageClause("put() that is aborted between two pieces of its body leaves the former", async (scope) => {
    await mustAbortPut(
      scope,
      (abort) =>
        piecesBody(NEW.subarray(0, NEW.length - 1), NEW.length, (controller) => {
          abort();
          controller.enqueue(NEW.slice(-1));
          controller.close();
        }),
    );
  }),

  storageClause(
    "put() that is aborted while it waits for its body ends, and leaves the former",
    async (scope) => {
      await mustAbortPut(scope, (abort) =>
        piecesBody(NEW.subarray(0, 1000), NEW.length, () => {
          abort();
          // The rest never comes.
          return new Promise(() => {});
        }));
    },
  ),

  storageClause("a body that fails because of the abort does not hide it", async (scope) => {
    await mustAbortPut(scope, (abort) =>
      piecesBody(NEW.subarray(0, 1000), NEW.length, (controller) => {
        abort();
        controller.error(new TypeError("closed under its reader"));
      }));
  }),

  storageClause(
    "a stream that is aborted while it is read fails with the reason",
    async ({ storage, key }) => {
      await storage.put(key("object"), bytesBody(sampleBytes(4 * 1024 * 1024)));
      for (const reason of REASONS) {
        const controller = new AbortController();
        await mustReject(
          async () => {
            for await (const _ of await storage.get(key("object"), { signal: controller.signal })) {
              controller.abort(reason);
            }
          },
          (error) => error === reason,
          "a stream after an abort must fail with the reason itself",
        );
      }
    },
  ),

  storageClause("a stream can be cancelled before its end", async ({ storage, key }) => {
    await storage.put(key("object"), bytesBody(sampleBytes(4 * 1024 * 1024)));
    for (let reads = 0; reads < 2; reads++) {
      const reader = (await storage.get(key("object"))).getReader();
      for (let i = 0; i < reads; i++) await reader.read();
      await reader.cancel();
    }
    await storage.delete(key("object"));
    await mustBeAbsent(storage, key("object"), "after delete()");
  }),
];
