import { bytesBody, type StorageKey } from "../storage.ts";
import { must } from "./case.ts";
import { sampleBytes } from "./storage_bytes.ts";
import { inParallel, mustReject, type Scope, storageClause } from "./storage_subject.ts";

async function putAll(scope: Scope, names: readonly string[]): Promise<StorageKey[]> {
  const keys = names.map((name) => scope.key(name));
  await inParallel(keys, scope, (key) => scope.storage.put(key, bytesBody(sampleBytes(key.length % 7))));
  return keys.sort();
}

/** Clauses on listings. */
export const listingClauses = [
  storageClause("list() of nothing gives nothing", async ({ storage, folder }) => {
    for (const prefix of [folder, `${folder}none/at/all`, `${folder}none/`]) {
      for await (const object of storage.list(prefix)) {
        must(false, `list() of nothing must not give ${object.key}`);
      }
    }
  }),

  // Object services give 1,000 keys a page.
  storageClause("list() gives each of more than 1,000 keys once, with its size", async (scope) => {
    const names = Array.from({ length: 1005 }, (_, i) => `many/${i % 3}/${i}`);
    const keys = await putAll(scope, names);
    const listed = await Array.fromAsync(scope.storage.list(`${scope.folder}many/`));
    must(listed.length >= keys.length, `list() must give ${keys.length} keys, not ${listed.length}`);
    must(new Set(listed.map((object) => object.key)).size === listed.length, "list() must give no key twice");
    must(listed.length === keys.length, `list() must give ${keys.length} keys, not ${listed.length}`);
    const wrong = listed.find((object) => object.size !== object.key.length % 7);
    must(wrong === undefined, `list() must tell the size of ${wrong?.key}`);
  }),

  storageClause("list() takes a prefix that does not end at a slash", async (scope) => {
    await putAll(scope, ["run", "run-1", "run-2/a", "run-2/b/c", "runs/x", "ru", "other/run-1"]);
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ["run", ["run", "run-1", "run-2/a", "run-2/b/c", "runs/x"]],
      ["run-", ["run-1", "run-2/a", "run-2/b/c"]],
      ["run-2/", ["run-2/a", "run-2/b/c"]],
      ["run-2/b", ["run-2/b/c"]],
      ["run-2/b/c", ["run-2/b/c"]],
      ["x", []],
    ];
    for (const [prefix, expected] of cases) {
      const keys = await Array.fromAsync(scope.storage.list(scope.folder + prefix), (object) => object.key);
      const names = keys.map((key) => key.slice(scope.folder.length)).sort();
      const told = `list("${prefix}") must give ${expected.join(", ")}, not ${names.join(", ")}`;
      must(JSON.stringify(names) === JSON.stringify(expected), told);
    }
  }),

  storageClause("list() gives nothing for a prefix that no key can have", async ({ storage, folder }) => {
    for (const prefix of [`${folder}../`, `${folder}a//b`, `/${folder}`, `${folder}./`]) {
      for await (const object of storage.list(prefix)) {
        must(false, `list("${prefix}") must not give ${object.key}`);
      }
    }
  }),

  storageClause("list() can be left before its end, and begun again", async (scope) => {
    await putAll(scope, ["a", "b", "c"]);
    for await (const _ of scope.storage.list(scope.folder)) break;
    const again = await Array.fromAsync(scope.storage.list(scope.folder));
    must(again.length === 3, `a listing after one that was left must give 3 keys, not ${again.length}`);
  }),

  storageClause("list() ends with the reason of an abort between two keys", async (scope) => {
    await putAll(scope, ["a", "b", "c"]);
    const controller = new AbortController();
    const reason = new DOMException("stopped by the clause", "AbortError");
    await mustReject(
      async () => {
        for await (const _ of scope.storage.list(scope.folder, { signal: controller.signal })) {
          controller.abort(reason);
        }
      },
      (error) => error === reason,
      "list() after an abort must be rejected with the reason itself",
    );
  }),
];
