// No checksum is over the reply to a listing: over plain HTTP a wrong bit in it may be seen by nobody.
import assert from "node:assert/strict";
import { AeroError } from "../../core/errors.ts";
import { MEDIA_TYPE } from "../../core/model/descriptor.ts";
import type { RelativePath } from "../../core/model/relative_path.ts";
import type { OperationOptions } from "../../core/plugin/context.ts";
import type { Storage, StoredObject } from "../../core/plugin/storage.ts";
import { ArtifactCatalog } from "../../core/store/artifacts.ts";
import { collectGarbage } from "../../core/store/collect_garbage.ts";
import type { Store } from "../../core/store/store.ts";
import { getManifest, putManifest } from "../../core/store/tree.ts";
import { ClockedStores } from "../support/clocked_store.ts";

const DAY_MS = 24 * 3_600_000;

/** What is wrong with the listing of some number, at the key of some number. */
interface Wrong {
  readonly listing: number;
  readonly at: number;
  readonly how: "left out" | "another's name" | "a name of nobody" | "cut" | "a year older";
}

/** How much of a listing was seen, so that each place in each can be made wrong. */
type Seen = number[];

/** A storage one of whose listings is wrong in one place. */
function misread(inner: Storage, wrong: Wrong | undefined, seen: Seen): Storage {
  return new Proxy(inner, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (name !== "list") return typeof member === "function" ? member.bind(target) : member;
      return async function* (prefix: string, options?: OperationOptions) {
        const listing = seen.push(0) - 1;
        const all = await Array.fromAsync(target.list(prefix, options));
        seen[listing] = all.length;
        yield* wrong?.listing === listing ? spoiled(all, wrong) : all;
      };
    },
  });
}

function spoiled(all: readonly StoredObject[], { at, how }: Wrong): StoredObject[] {
  const object = all[at]!;
  switch (how) {
    case "left out":
      return all.toSpliced(at, 1);
    case "another's name":
      return all.with(at, { ...object, key: all[(at + 1) % all.length]!.key });
    case "a name of nobody":
      return all.with(at, { ...object, key: `${object.key.slice(0, -1)}0` as StoredObject["key"] });
    case "cut":
      return all.slice(0, at);
    case "a year older":
      return all.with(at, { ...object, modifiedAt: object.modifiedAt - 365 * DAY_MS });
  }
}

/** Labels whose files lie in packs, alone, and in both, with garbage beside them. */
async function fill(store: Store): Promise<void> {
  const put = (fills: readonly number[], length: number) =>
    store.putMany(
      fills.map((fill) => ({ bytes: new Uint8Array(length + fill).fill(fill), mediaType: MEDIA_TYPE.file })),
    );
  const small = await put([1, 2, 3], 100), large = await put([4, 5, 6], 600_000);
  await put([7, 8], 300);
  await put([9], 700_000);
  for (const [i, artifact] of ["a", "b", "b"].entries()) {
    const files = [small[i]!, large[i]!];
    const manifest = await putManifest(store, {
      entries: files.map(({ digest, size }, at) => ({
        kind: "file",
        path: `f${at}` as RelativePath,
        digest,
        size,
        executable: false,
      })),
    });
    await new ArtifactCatalog(store).addVersion({
      project: "bikes",
      name: artifact,
      manifest,
      files: 2,
      bytes: 0,
      origin: { kind: "added", by: "ada", host: "desk", path: "data" },
      createdAt: 0,
    });
  }
}

/** Reads all that is labelled. */
async function readAll(store: Store): Promise<number> {
  let files = 0;
  for (const { name } of await new ArtifactCatalog(store).names("bikes")) {
    for (const { manifest } of await new ArtifactCatalog(store).labels("bikes", name)) {
      for (const entry of (await getManifest(store, manifest)).entries) {
        assert.ok(entry.kind === "file");
        await store.getBytes(entry.digest);
        files++;
      }
    }
  }
  return files;
}

/** Collects garbage twice, with one place of one listing wrong; what is labelled must be there still. */
async function collectWith(wrong: Wrong | undefined, alone: boolean): Promise<Seen> {
  await using test = new ClockedStores();
  await fill(await test.open());
  test.now += 2 * DAY_MS;
  const seen: Seen = [];
  const wrap = (storage: Storage) => misread(storage, wrong, seen);
  for (let times = 0; times < 2; times++) {
    try {
      const store = await test.open(wrap);
      await Array.fromAsync(collectGarbage(store, { alone, windowMs: 5 * DAY_MS, now: () => test.now }));
    } catch (error) {
      if (!(error instanceof AeroError)) throw error;
    }
    test.now += 6 * DAY_MS;
  }

  assert.equal(await readAll(await test.open()), 6, JSON.stringify(wrong));
  return seen;
}

for (const alone of [false, true]) {
  Deno.test(`no single wrong place in a listing has anything removed that is labelled; alone: ${alone}`, async () => {
    const seen = await collectWith(undefined, alone);
    let tried = 0;

    for (const [listing, count] of seen.entries()) {
      for (let at = 0; at < count; at++) {
        for (
          const how of ["left out", "another's name", "a name of nobody", "cut", "a year older"] as const
        ) {
          await collectWith({ listing, at, how }, alone);
          tried++;
        }
      }
    }

    assert.ok(tried > 100, `only ${tried} places were tried`);
  });
}
