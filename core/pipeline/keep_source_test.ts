import assert from "node:assert/strict";
import { GitProject } from "../../tests/support/git_project.ts";
import { openMemoryStore } from "../../tests/support/memory_store.ts";
import { checkoutTree } from "../source/checkout.ts";
import { openSourcePacks } from "../source/pack.ts";
import { describeSource, keepSource, type KeptCommit } from "./keep_source.ts";

const OPTIONS = { signal: new AbortController().signal };

/** A project, a store, and a way to keep commits of the one in the other. */
async function begin() {
  const test = await openMemoryStore();
  const git = new GitProject();
  const keep = async (commit: string, earlier?: KeptCommit): Promise<KeptCommit> => {
    const repository = await git.open();
    const { tree } = await repository.commitInfo(commit);
    return { commit, packs: await keepSource(repository, { commit, tree }, earlier, test.store, OPTIONS) };
  };
  return {
    git,
    keep,
    store: test.store,
    async [Symbol.asyncDispose]() {
      git[Symbol.dispose]();
      await test[Symbol.asyncDispose]();
    },
  };
}

const noise = (seed: number) =>
  Array.from({ length: 20_000 }, (_, i) => (i * seed * 2654435761) >>> 0).join();

Deno.test("a commit that is kept is restored with its own id and files, without the repository", async () => {
  await using place = await begin();
  place.git.commit({ old: "history" });
  const commit = place.git.commit({ "train.py": "print(1)", "sub/x": "2" });

  const { packs } = await place.keep(commit);

  const objects = openSourcePacks(await Promise.all(packs.map((pack) => place.store.getBytes(pack))));
  const { tree } = await objects.readCommit(commit);
  const directory = place.git.beside("restored");
  await checkoutTree(objects, tree, directory, OPTIONS);
  assert.equal(Deno.readTextFileSync(`${directory}/sub/x`), "2");
  assert.equal(tree, place.git.git("rev-parse", `${commit}^{tree}`));
});

Deno.test("a commit that is kept already is not packed again", async () => {
  await using place = await begin();
  const commit = place.git.commit({ a: "1" });
  const kept = await place.keep(commit);

  assert.deepEqual(await place.keep(commit, kept), kept);
});

Deno.test("the next commit adds what it changed only, and its packs restore it", async () => {
  await using place = await begin();
  const first = await place.keep(place.git.commit({ big: noise(3), other: "1" }));
  const second = await place.keep(place.git.commit({ other: "2" }), first);

  assert.equal(second.packs.length, 2);
  assert.deepEqual(second.packs[0], first.packs[0]);
  assert.ok(second.packs[1]!.size < 1000, `${second.packs[1]!.size} bytes`);
  const objects = openSourcePacks(await Promise.all(second.packs.map((pack) => place.store.getBytes(pack))));
  const { tree } = await objects.readCommit(second.commit);
  await checkoutTree(objects, tree, place.git.beside("restored"), OPTIONS);
  assert.equal(Deno.readTextFileSync(place.git.beside("restored/big")), noise(3));
});

Deno.test("a commit is never spread over more than 16 packs", async () => {
  await using place = await begin();
  let kept: KeptCommit | undefined;
  const counts: number[] = [];
  for (let i = 0; i < 18; i++) {
    kept = await place.keep(place.git.commit({ a: String(i) }), kept);
    counts.push(kept.packs.length);
  }

  assert.deepEqual(counts, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 1, 2]);
});

Deno.test("an earlier commit that the repository has no more is no base", async () => {
  await using place = await begin();
  await using elsewhere = await begin();
  const foreign = await elsewhere.keep(elsewhere.git.commit({ z: "9" }));

  const { packs } = await place.keep(place.git.commit({ a: "1" }), foreign);

  assert.equal(packs.length, 1);
  assert.notDeepEqual(packs, foreign.packs);
});

Deno.test("files that are only pointers of git-lfs are refused by name", async () => {
  await using place = await begin();
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"a".repeat(64)}\nsize 12345\n`;
  const commit = place.git.commit({ "data/big.bin": pointer, ".gitattributes": "*.bin filter=lfs\n" });

  await assert.rejects(place.keep(commit), (error: Error & { code?: string }) => {
    assert.equal(error.code, "lfs_pointers");
    assert.match(error.message, /data\/big\.bin/);
    return true;
  });
});

Deno.test("a source on a branch with a remote says both, without credentials; a detached one neither", async () => {
  await using place = await begin();
  const commit = place.git.commit({ a: "1" }, "First line\n\nand more");
  place.git.git("remote", "add", "origin", "https://ada:hunter2@example.org/bikes.git");
  const repository = await place.git.open();

  assert.deepEqual(await describeSource(repository, commit, "main", []), {
    branch: "main",
    remote: "https://example.org/bikes.git",
    subject: "First line",
    packs: [],
  });
  assert.equal((await describeSource(repository, commit, undefined, [])).branch, undefined);
});
