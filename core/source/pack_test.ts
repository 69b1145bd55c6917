import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { join } from "node:path";
import { GitProject, testBothWays } from "../../tests/support/git_project.ts";
import { checkoutTree } from "./checkout.ts";
import { hashOf } from "./object_hash.ts";
import { commitObjectIds, openSourcePacks, writeSourcePack } from "./pack.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("hashOf() gives git's ids", () => {
  // From git itself: `git hash-object -t blob --stdin`, and the well-known empty objects.
  strictEqual(hashOf("sha1", "blob", encode("hello\n")), "ce013625030ba8dba906f756967f9e9ca394464a");
  strictEqual(hashOf("sha1", "blob", encode("")), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  strictEqual(hashOf("sha1", "tree", encode("")), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
  strictEqual(
    hashOf("sha256", "tree", encode("")),
    "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
  );
});

function sample(project: GitProject): string {
  project.commit({ old: "history" });
  project.git("rm", "-q", "old");
  project.write("run", "x", 0o755);
  Deno.symlinkSync("run", join(project.root, "link"));
  return project.commit({
    a: "1",
    same: "1",
    "deep/er/b": "2".repeat(5000),
    empty: "",
    noise: new Uint8Array(70_000).map((_, i) => (i * 2654435761) >>> 24),
  }, "Ümlaut\n\nbody");
}

testBothWays("a pack is taken by git into an empty repository and gives the same commit", async (useGit) => {
  using project = new GitProject();
  const commit = sample(project);
  const pack = await writeSourcePack((await project.open(useGit)).objects, commit);
  using empty = new GitProject();
  // The parent is not in the pack.
  Deno.writeTextFileSync(join(empty.root, ".git/shallow"), `${commit}\n`);

  empty.gitWith(pack.bytes, "unpack-objects", "-q", "--strict");
  deepStrictEqual(empty.git("cat-file", "commit", commit), project.git("cat-file", "commit", commit));
  const sorted = (text: string) => text.split("\n").sort();
  deepStrictEqual(
    sorted(empty.git("cat-file", "--batch-check=%(objectname)", "--batch-all-objects")),
    [...pack.objects].sort(),
  );
  empty.git("update-ref", "refs/heads/main", commit);
  empty.git("fsck", "--full", "--strict");
});

testBothWays("a pack is indexed by git without complaint", async (useGit) => {
  using project = new GitProject();
  const pack = await writeSourcePack((await project.open(useGit)).objects, sample(project));
  Deno.writeFileSync(project.beside("source.pack"), pack.bytes);
  project.git("index-pack", project.beside("source.pack"));
  const verified = project.git("verify-pack", "-v", project.beside("source.idx"));
  ok(verified.includes(`non delta: ${pack.objects.length} objects`));
});

Deno.test("a pack of a SHA-256 repository is taken by git, and read back", async () => {
  using project = new GitProject({ initArgs: ["--object-format=sha256"] });
  const commit = sample(project);
  const pack = await writeSourcePack((await project.open()).objects, commit);
  using empty = new GitProject({ initArgs: ["--object-format=sha256"] });
  empty.gitWith(pack.bytes, "unpack-objects", "-q");
  strictEqual(empty.git("cat-file", "-t", commit), "commit");
  strictEqual((await openSourcePacks([pack.bytes]).readCommit(commit)).commit, commit);
});

testBothWays("a checkout from packs equals the one from the repository", async (useGit) => {
  using project = new GitProject();
  const commit = sample(project);
  const { objects } = await project.open(useGit);
  const packs = openSourcePacks([(await writeSourcePack(objects, commit)).bytes]);
  const { tree } = await packs.readCommit(commit);
  await checkoutTree(objects, tree, project.beside("one"), { modifiedAt: 0 });
  await checkoutTree(packs, tree, project.beside("two"), { modifiedAt: 0 });
  const { success, stdout } = new Deno.Command("diff", {
    args: ["-r", "--no-dereference", project.beside("one"), project.beside("two")],
  }).outputSync();
  strictEqual(new TextDecoder().decode(stdout), "");
  ok(success);
});

testBothWays("equal commits give equal packs, read with or without git", async (useGit) => {
  using project = new GitProject();
  const commit = sample(project);
  const one = await writeSourcePack((await project.open(useGit)).objects, commit);
  const two = await writeSourcePack((await project.open("if_installed")).objects, commit);
  deepStrictEqual(one.bytes, two.bytes);
});

testBothWays("a later commit adds only what is new, and both packs together hold it", async (useGit) => {
  using project = new GitProject();
  const first = project.commit({ "a/x": "1", "b/y": "2" });
  const second = project.commit({ "a/x": "new" });
  const { objects } = await project.open(useGit);
  const one = await writeSourcePack(objects, first);
  const two = await writeSourcePack(objects, second, { exclude: await commitObjectIds(objects, first) });
  deepStrictEqual(
    two.objects,
    [
      second,
      project.git("rev-parse", "HEAD^{tree}"),
      ...["HEAD:a", "HEAD:a/x"].map((x) => project.git("rev-parse", x)),
    ],
  );

  const reader = openSourcePacks([two.bytes, one.bytes]);
  const { tree } = await reader.readCommit(second);
  strictEqual((await checkoutTree(reader, tree, project.beside("out"))).files, 2);
});

Deno.test("a pack without its earlier one misses an object, by name", async () => {
  using project = new GitProject();
  const first = project.commit({ a: "1", b: "2" });
  const second = project.commit({ a: "new" });
  const { objects } = await project.open();
  const exclude = await commitObjectIds(objects, first);
  const reader = openSourcePacks([(await writeSourcePack(objects, second, { exclude })).bytes]);
  const { tree } = await reader.readCommit(second);
  await rejects(checkoutTree(reader, tree, project.beside("out")), { code: "object_missing" });
});

Deno.test("any changed byte, and any cut, of a pack is noticed", async () => {
  using project = new GitProject();
  const commit = project.commit({ a: "1", "b/c": "2" });
  const { bytes } = await writeSourcePack((await project.open()).objects, commit);
  for (let i = 0; i < bytes.length; i++) {
    const changed = bytes.slice();
    changed[i]! ^= 1;
    throws(() => openSourcePacks([changed]), { code: "source_pack_corrupt", exitCode: 5 }, `byte ${i}`);
    throws(() => openSourcePacks([bytes.subarray(0, i)]), { code: "source_pack_corrupt" }, `cut at ${i}`);
  }
  throws(() => openSourcePacks([]), { code: "source_pack_corrupt" });
});

Deno.test("a commit that is too large as code is refused, naming its largest file", async () => {
  using project = new GitProject();
  const commit = project.commit({ small: "1", "data/large.csv": "x".repeat(2000) });
  const { objects } = await project.open();
  await rejects(writeSourcePack(objects, commit, { maxBytes: 1000 }), (error: Error) => {
    strictEqual((error as Error & { code: string }).code, "source_too_large");
    ok(error.message.includes("data/large.csv (2000 bytes)"));
    return true;
  });
});
