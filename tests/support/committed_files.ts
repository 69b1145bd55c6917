import { CommitFilesOf } from "../../core/pipeline/commit_files_of.ts";
import type { GitProject } from "./git_project.ts";

/** The files of the project at `directory` in the newest commit; at the top if absent. */
export async function committedFiles(git: GitProject, directory?: string): Promise<CommitFilesOf> {
  const repository = await git.open();
  const { tree } = await repository.commitInfo(git.git("rev-parse", "HEAD"));
  return new CommitFilesOf(repository.objects, tree, directory, new AbortController().signal);
}
