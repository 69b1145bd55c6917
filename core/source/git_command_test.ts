import { ok, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { GitProject } from "../../tests/support/git_project.ts";
import { openRepository } from "./repository.ts";

for (const code of [1, 69, 127]) {
  Deno.test(`a git that only says with code ${code} that it is not installed counts as none`, async () => {
    using project = new GitProject();
    const commit = project.commit({ a: "1" });
    const programs = project.beside("programs");
    await Deno.mkdir(programs);
    await Deno.writeTextFile(join(programs, "git"), `#!/bin/sh\nexit ${code}\n`, { mode: 0o755 });
    const repository = await openRepository(project.root, {
      variables: (name) => name === "PATH" ? programs : undefined,
    });
    strictEqual(repository.git, undefined);
    strictEqual((await repository.commitInfo(commit)).subject, "a commit");
  });
}

Deno.test("a config that git cannot read is told in git's words", async () => {
  using project = new GitProject();
  project.commit({ a: "1" });
  await Deno.writeTextFile(join(project.home, ".gitconfig"), "[core\n");
  await rejects(project.open(), (error: { code: string; report: { why: string } }) => {
    strictEqual(error.code, "git_failed");
    ok(error.report.why.includes("bad config line 1"), error.report.why);
    return true;
  });
});
