import assert from "node:assert/strict";
import { ClockedStores } from "../../tests/support/clocked_store.ts";
import { findingsOf } from "../../tests/support/memory_store.ts";
import { AeroError } from "../errors.ts";
import { writeCondemned } from "../format/condemned_format.ts";
import { MEDIA_TYPE } from "../model/descriptor.ts";
import { bytesBody, type StorageKey } from "../plugin/storage.ts";
import { collectGarbage, type CollectOptions } from "./collect_garbage.ts";
import { objectKey } from "./keys.ts";

const DAY_MS = 24 * 3_600_000;

/** A storage with garbage that is condemned, and the list of it damaged, so many days after. */
class Damaged extends ClockedStores {
  list = "";
  garbage = "";

  static async after(days: number): Promise<Damaged> {
    const test = new Damaged();
    const store = await test.open();
    const { digest } = await store.putBytes(new Uint8Array(600_000), MEDIA_TYPE.file);
    test.garbage = objectKey(digest);
    test.now += 2 * DAY_MS;
    await test.collect();
    [test.list = ""] = test.keys("gc/");
    test.damage();
    test.now += days * DAY_MS;
    return test;
  }

  /** Spoils the list where it lies. */
  damage(): void {
    const { modifiedAt } = this.objects.get(this.list as StorageKey)!;
    this.objects.set(this.list as StorageKey, { bytes: new TextEncoder().encode("{"), modifiedAt });
  }

  async collect(options: CollectOptions = {}): Promise<string[]> {
    const done = collectGarbage(await this.open(), { now: () => this.now, ...options });
    return (await Array.fromAsync(done)).map(({ kind, key }) => `${kind} ${key}`);
  }

  async refusal(): Promise<AeroError> {
    const error = await this.collect().then(() => undefined, (error) => error);
    assert.ok(error instanceof AeroError, String(error));
    return error;
  }
}

Deno.test("a list that cannot be read is removed while nobody can be removing by it", async () => {
  await using test = await Damaged.after(4);

  assert.deepEqual(await test.collect({ dryRun: true }), [
    `removed ${test.list}`,
    `condemned ${test.garbage}`,
  ]);
  assert.deepEqual(await test.collect(), [`removed ${test.list}`, `condemned ${test.garbage}`]);
  assert.ok(!test.keys("gc/").includes(test.list));
});

Deno.test("a list that may be at work is named, with when it can go, and goes then", async () => {
  await using test = await Damaged.after(6);

  const { code, report } = await test.refusal();
  const findings = await findingsOf(await test.open());
  test.now += 2 * DAY_MS;
  const early = await test.refusal();
  test.now += DAY_MS + 60_000;
  const done = await test.collect();

  assert.equal(code, "condemned_invalid");
  assert.deepEqual(findings.map(({ kind, key }) => `${kind} ${key}`), [`document_corrupt ${test.list}`]);
  assert.ok(report.why!.startsWith(`${test.list} in the storage: `));
  assert.match(report.fix!.join("\n"), /from 2027-01-\d\dT\d\d:\d\dZ on.*\n.*`aero storage gc --alone`/);
  assert.deepEqual(early.report, report);
  assert.deepEqual(done, [`removed ${test.list}`, `condemned ${test.garbage}`]);
  assert.deepEqual(test.keys("gc/").filter((key) => key.includes(test.list.slice(3, 20))), []);
});

Deno.test("a list that can be read again is a list again", async () => {
  await using test = await Damaged.after(6);
  const whole = test.objects.get(test.list as StorageKey)!;
  await test.refusal();
  const bytes = writeCondemned({
    schema: "aero/condemned@1",
    keys: [test.garbage],
    windowMs: 14 * DAY_MS,
  });
  test.objects.set(test.list as StorageKey, { ...whole, bytes });
  test.now += 9 * DAY_MS;

  assert.deepEqual(await test.collect(), [`removed ${test.garbage}`]);
  assert.deepEqual(test.keys("gc/").filter((key) => key.endsWith(".damaged")), []);
});

Deno.test("who is alone has a list that cannot be read removed at once", async () => {
  await using test = await Damaged.after(6);

  const done = await test.collect({ alone: true });

  assert.deepEqual(done.sort(), [`removed ${test.list}`, `removed ${test.garbage}`].sort());
  assert.deepEqual(test.keys("gc/"), []);
});

Deno.test("a writer that cannot read a list says how to go on", async () => {
  await using test = await Damaged.after(6);
  const store = await test.open();

  const error = await store.putObject(
    "sha256:".padEnd(71, "a") as Parameters<typeof store.putObject>[0],
    bytesBody(new Uint8Array(1)),
  ).then(() => undefined, (error) => error);

  assert.ok(error instanceof AeroError);
  assert.ok(error.report.why!.includes(test.list));
  assert.match(error.report.fix!.join("\n"), /`aero storage gc`/);
});
