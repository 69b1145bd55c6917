import type { Build } from "../../core/version.ts";
import { succeed } from "./command.ts";

/** What is built: the version in deno.json, and the commit that git says, if this is a git worktree. */
export async function readBuild(root: string): Promise<Build> {
  const { version } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  try {
    const commit = (await succeed(["git", "rev-parse", "HEAD"], { cwd: root })).trim();
    const changed = (await succeed(["git", "status", "--porcelain"], { cwd: root })).trim() !== "";
    return { version, commit: changed ? `${commit}-dirty` : commit };
  } catch {
    return { version };
  }
}
