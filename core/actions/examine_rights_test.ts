import assert from "node:assert/strict";
import type { App } from "../app.ts";
import type { Storage } from "../plugin/storage.ts";
import { StorageError } from "../plugin/storage.ts";
import { openMemoryStorage } from "../../tests/support/memory_storage.ts";
import { examineRights } from "./examine_rights.ts";

const app = {
  signal: new AbortController().signal,
  io: { now: () => new Date(Date.UTC(2026, 0)) },
} as unknown as App;

async function linesOf(storage: Storage): Promise<string[]> {
  return await Array.fromAsync(
    examineRights(app, storage),
    ({ right, outcome, why }) => [right, outcome, ...(why === undefined ? [] : [why])].join(" "),
  );
}

function refusing(methods: Readonly<Record<string, string>>): Storage {
  const storage = openMemoryStorage();
  for (const [method, why] of Object.entries(methods)) {
    const fail = () => Promise.reject(new StorageError("denied", { what: "Cannot do it", why }));
    // deno-lint-ignore require-yield
    const value = method !== "list" ? fail : async function* () {
      await fail();
    };
    Object.defineProperty(storage, method, { value });
  }
  return storage;
}

Deno.test("all that may be done is told, and nothing is left", async () => {
  await using storage = openMemoryStorage();

  assert.deepEqual((await linesOf(storage)).slice(0, -1), [
    "list held",
    "store held",
    "ask held",
    "read held",
    "delete held",
  ]);
  assert.deepEqual(await Array.fromAsync(storage.list("")), []);
});

Deno.test("a clock that differs from the storage's is told", async () => {
  // The memory's stands at 0.
  await using storage = openMemoryStorage();

  assert.match(
    (await linesOf(storage)).at(-1)!,
    /^clock refused the clock of this machine is .* ahead of the storage's$/,
  );
});

Deno.test("one right that is missing is told by itself", async () => {
  await using storage = refusing({ list: "may not list (AccessDenied, 403, request 1)" });

  assert.deepEqual((await linesOf(storage)).slice(0, 2), [
    "list refused may not list (AccessDenied, 403, request 1)",
    "store held",
  ]);
});

Deno.test("the same reason is told once, and without an object nothing is read", async () => {
  await using storage = refusing({ list: "no such key (x, request 1)", put: "no such key (x, request 2)" });

  assert.deepEqual(await linesOf(storage), ["list refused no such key (x, request 1)"]);
});
