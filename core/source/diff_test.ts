import { deepStrictEqual } from "node:assert/strict";
import { join } from "node:path";
import { GitProject, testBothWays } from "../../tests/support/git_project.ts";
import { diffTrees } from "./diff.ts";

testBothWays(
  "diffTrees() tells added, removed and modified paths, mode changes among them",
  async (useGit) => {
    using project = new GitProject();
    project.commit({ same: "1", "a/modified": "1", "a/mode": "1", removed: "1" });
    const before = project.git("rev-parse", "HEAD^{tree}");
    Deno.chmodSync(join(project.root, "a/mode"), 0o755);
    project.git("rm", "-q", "removed");
    project.commit({ "a/modified": "2", "z/added": "1" });
    const after = project.git("rev-parse", "HEAD^{tree}");
    const { objects } = await project.open(useGit);

    deepStrictEqual(await diffTrees(objects, before, after), [
      { path: "a/mode", change: "modified" },
      { path: "a/modified", change: "modified" },
      { path: "removed", change: "removed" },
      { path: "z/added", change: "added" },
    ]);
    deepStrictEqual(await diffTrees(objects, after, after), []);
  },
);
