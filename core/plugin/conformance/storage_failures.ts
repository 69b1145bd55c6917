import { bytesBody, isStorageError, type Storage, type StorageErrorCode } from "../storage.ts";
import { must } from "./case.ts";
import { mustHold, readObject, sampleBytes } from "./storage_bytes.ts";
import { mustRejectWith, type Scope, storageClause } from "./storage_subject.ts";

const BYTES = sampleBytes(2000, 1);

/** Each method in turn, on a key that has an object and on one that has none. */
function callsOn(
  storage: Storage,
  { key, folder }: Scope,
): readonly (readonly [string, () => Promise<unknown>])[] {
  return ["present", "absent"].flatMap((name) =>
    [
      [`get() of the ${name} key`, () => readObject(storage, key(name))],
      [`stat() of the ${name} key`, () => storage.stat(key(name))],
      [`put() to the ${name} key`, () => storage.put(key(name), bytesBody(sampleBytes(9)))],
      [
        `put() with ifAbsent to the ${name} key`,
        () => storage.put(key(name), bytesBody(sampleBytes(9)), { ifAbsent: true }),
      ],
      [`delete() of the ${name} key`, () => storage.delete(key(name))],
      [`list() with the ${name} key`, () => Array.fromAsync(storage.list(`${folder}${name}`))],
    ] as const
  );
}

async function mustAllFailWith(
  code: StorageErrorCode,
  open: () => Promise<Storage>,
  when: string,
  scope: Scope,
): Promise<void> {
  await scope.storage.put(scope.key("present"), bytesBody(BYTES));
  {
    await using failing = await open();
    for (const [name, call] of callsOn(failing, scope)) {
      const error = await mustRejectWith(code, call, `${name} ${when}`);
      must(
        isStorageError(error, code) &&
          (error as { retryable?: boolean }).retryable === (code === "unavailable"),
        `${code} ${code === "unavailable" ? "can" : "cannot"} be retried, and must say so`,
      );
    }
  }
  await mustHold(scope.storage, scope.key("present"), BYTES, `after calls ${when}`);
}

async function everyErrorOf(scope: Scope): Promise<unknown[]> {
  const errors: unknown[] = [];
  const collect = (call: () => Promise<unknown>) => call().catch((error) => errors.push(error));
  const { storage, key } = scope;
  await storage.put(key("present"), bytesBody(BYTES));
  await collect(() => readObject(storage, key("absent")));
  await collect(() => storage.get(key("present"), { range: { offset: 5000 } }));
  await collect(() => storage.put(key("present"), bytesBody(BYTES), { ifAbsent: true }));
  await collect(() => storage.put(key("absent"), { ...bytesBody(BYTES), size: 5 }));
  for (const open of [scope.denied, scope.unavailable, scope.reopen]) {
    if (open === undefined) continue;
    const other = await open();
    if (open === scope.reopen) await other[Symbol.asyncDispose]();
    for (const [, call] of callsOn(other, scope)) await collect(call);
    await other[Symbol.asyncDispose]();
  }
  return errors;
}

/** All that a person, a log or a crash report could come to see of a value. */
function textOf(value: unknown): string {
  if (!(value instanceof Error)) return Deno.inspect(value, { depth: 8 });
  const own = `${value.stack}\n${JSON.stringify(value)}\n${Deno.inspect(value, { depth: 8 })}`;
  return value.cause === undefined ? own : `${own}\n${textOf(value.cause)}`;
}

/** Clauses on a service that refuses or is gone, and on a storage that is closed. */
export const failureClauses = [
  storageClause(
    "what may not be asked is denied, and never looks absent",
    async (scope) => await mustAllFailWith("denied", scope.denied!, "without rights", scope),
    ({ denied }) => denied === undefined ? "cannot be made to deny" : undefined,
  ),

  storageClause(
    "a service that is gone is unavailable, and never looks empty",
    async (scope) => await mustAllFailWith("unavailable", scope.unavailable!, "without a service", scope),
    ({ unavailable }) => unavailable === undefined ? "cannot be made unavailable" : undefined,
  ),

  storageClause("after dispose every call fails with closed", async (scope) => {
    await mustAllFailWith(
      "closed",
      async () => {
        const other = await scope.reopen!();
        await mustHold(other, scope.key("present"), BYTES, "before dispose");
        await other[Symbol.asyncDispose]();
        return other;
      },
      "after dispose",
      scope,
    );
  }, ({ reopen }) => reopen === undefined ? "cannot be opened twice" : undefined),

  storageClause("a put() under way at dispose stores the whole object or none", async (scope) => {
    const other = await scope.reopen!();
    const bytes = sampleBytes(1_000_000, 3);
    const put = other.put(scope.key("object"), bytesBody(bytes)).then(() => true, () => false);
    await other[Symbol.asyncDispose]();
    const stored = await put;
    const there = await scope.storage.stat(scope.key("object")) !== undefined;
    must(there || !stored, "an object whose put() resolved must be there");
    if (there) await mustHold(scope.storage, scope.key("object"), bytes, "after dispose during a put()");
  }, ({ reopen }) => reopen === undefined ? "cannot be opened twice" : undefined),

  storageClause("errors, logs and what is shown hold no secret", async (scope) => {
    const texts = (await everyErrorOf(scope)).map(textOf);
    texts.push(scope.storage.location, textOf(scope.storage), JSON.stringify(scope.storage.capabilities));
    texts.push(scope.logged?.() ?? "");
    for (const secret of scope.secrets!) {
      const leak = texts.find((text) => text.includes(secret));
      must(leak === undefined, `a secret must not be seen: ${leak?.replaceAll(secret, "***")}`);
    }
  }, ({ secrets }) => (secrets ?? []).length === 0 ? "has no secrets" : undefined),
];
