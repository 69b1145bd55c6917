import fs from "node:fs";
import git from "isomorphic-git";

/** Always of one moment, so that the demo's commits, and with them its versions, are the same wherever it runs. */
const AUTHOR = {
  name: "Bike Researcher",
  email: "bikes@example.org",
  timestamp: 1_767_225_600,
  timezoneOffset: 0,
};

/** Makes a directory a git repository on branch `main`. Needs no git executable. */
export async function createRepository(dir: string): Promise<void> {
  await git.init({ fs, dir, defaultBranch: "main" });
}

/** Commits all files that are not ignored, and tags the commit. Returns its id. */
export async function commitAll(dir: string, message: string, tag: string): Promise<string> {
  await git.add({ fs, dir, filepath: "." });
  const commit = await git.commit({ fs, dir, message, author: AUTHOR });
  await git.tag({ fs, dir, ref: tag });
  return commit;
}
