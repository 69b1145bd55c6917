import { rejects, strictEqual } from "node:assert/strict";
import { GitProject, testBothWays } from "../../tests/support/git_project.ts";

testBothWays("resolveCommit() takes branches, tags, ids, prefixes and steps back", async (useGit) => {
  using project = new GitProject();
  const first = project.commit({ a: "1" });
  project.git("tag", "light");
  project.git("tag", "-a", "heavy", "-m", "annotated");
  project.git("tag", "-a", "heavier", "-m", "a tag of a tag", "heavy");
  const second = project.commit({ a: "2" });
  const repository = await project.open(useGit);
  for (
    const [text, commit] of [
      ["main", second],
      ["HEAD", second],
      ["light", first],
      ["heavy", first],
      ["heavier", first],
      ["refs/tags/heavy", first],
      [first, first],
      [first.slice(0, 7), first],
      ["HEAD~1", first],
      ["main^", first],
    ] as const
  ) strictEqual(await repository.resolveCommit(text), commit, text);
});

testBothWays("resolveCommit() refuses what names no commit", async (useGit) => {
  using project = new GitProject();
  project.commit({ a: "1" });
  const blob = project.git("rev-parse", "HEAD:a");
  const repository = await project.open(useGit);
  for (const text of ["nothing", "0000000", "0".repeat(40), blob, blob.slice(0, 8), "", "HEAD~1", "--all"]) {
    await rejects(repository.resolveCommit(text), { code: "commit_unknown" }, text);
  }
});

testBothWays(
  "resolveCommit() refuses a name that is both a branch and a tag of another commit",
  async (useGit) => {
    using project = new GitProject();
    project.commit({ a: "1" });
    project.git("tag", "best");
    project.commit({ a: "2" });
    project.git("branch", "best");
    const repository = await project.open(useGit);
    await rejects(repository.resolveCommit("best"), { code: "commit_ambiguous" });
  },
);

testBothWays("resolveCommit() refuses a prefix that several commits have", async (useGit) => {
  using project = new GitProject();
  const tree = project.git("write-tree");
  const seen = new Map<string, string>();
  let prefix = "";
  // Among 600 ids two share four digits almost surely; the fixed dates make it the same two each time.
  for (let i = 0; prefix === ""; i++) {
    const id = project.git("commit-tree", tree, "-m", String(i));
    if (seen.has(id.slice(0, 4))) prefix = id.slice(0, 4);
    seen.set(id.slice(0, 4), id);
  }
  const repository = await project.open(useGit);
  await rejects(repository.resolveCommit(prefix), { code: "commit_ambiguous" });
});
