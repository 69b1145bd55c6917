import assert from "node:assert/strict";
import { FaultyStorage } from "../../../tests/support/faulty_storage.ts";
import { openMemoryStorage } from "../../../tests/support/memory_storage.ts";
import { bytesBody, parseStorageKey } from "../../plugin/storage.ts";
import { LogStorage } from "./log.ts";

Deno.test("each call is told once, when it is over, with key, bytes, time and outcome", async () => {
  const told: unknown[] = [];
  let clock = 0;
  const faulty = new FaultyStorage(openMemoryStorage());
  const storage = new LogStorage(faulty, {
    log: (event, fields) => told.push([event, fields]),
    now: () => new Date(clock += 5),
  });
  const key = parseStorageKey("a");
  await storage.put(key, bytesBody(new Uint8Array(300_000)));
  await Array.fromAsync(await storage.get(key));
  await (await storage.get(key)).cancel();
  await Array.fromAsync(storage.list("a"));
  for await (const _ of storage.list("")) break;
  await storage.stat(key);
  await assert.rejects(storage.stat(key, { signal: AbortSignal.abort() }));
  await storage.delete(key);
  await assert.rejects(storage.get(key));
  faulty.faults = [{ with: "denied" }];
  await assert.rejects(Array.fromAsync(storage.list("")));

  assert.deepEqual(told, [
    ["storage.put", { key, bytes: 300_000, ms: 5, outcome: "ok" }],
    ["storage.get", { key, bytes: 300_000, ms: 5, outcome: "ok" }],
    ["storage.get", { key, bytes: 0, ms: 5, outcome: "cancelled" }],
    ["storage.list", { prefix: "a", objects: 1, ms: 5, outcome: "ok" }],
    ["storage.list", { prefix: "", objects: 1, ms: 5, outcome: "cancelled" }],
    ["storage.stat", { key, ms: 5, outcome: "ok" }],
    ["storage.stat", { key, ms: 5, outcome: "aborted" }],
    ["storage.delete", { key, ms: 5, outcome: "ok" }],
    ["storage.get", { key, ms: 5, outcome: "not_found" }],
    ["storage.list", { prefix: "", objects: 0, ms: 5, outcome: "denied" }],
  ]);
});
