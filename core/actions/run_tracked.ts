import type { App } from "../app.ts";
import { applyOverrides, parseOverride } from "../config/override.ts";
import { CommitFilesOf } from "../pipeline/commit_files_of.ts";
import { environmentSessions } from "../pipeline/environment_session.ts";
import { pinCode } from "../pipeline/pinned_code.ts";
import { finishing } from "../later_signal.ts";
import { runPipeline, type StageOutcome } from "../pipeline/pipeline_runner.ts";
import { keepUnderCap } from "./prune_cache.ts";

/** What `aero run` was asked to run. */
export interface TrackedRequest {
  readonly stages: readonly string[];
  readonly only: readonly string[];
  /** `name=value`, as typed. */
  readonly overrides: readonly string[];
  readonly force: boolean;
  readonly draft: boolean;
  readonly tag: readonly string[];
  readonly note?: string;
}

/**
 * Pins the code and runs the stages; gives what became of each as it ends.
 *
 * @throws {UserError} `worktree_dirty`, `param_unknown` and others, before anything is run.
 */
export async function* runTracked(app: App, request: TrackedRequest): AsyncGenerator<StageOutcome> {
  await app.requireRoot();
  const project = await app.openProject();
  await app.index();
  const observer = app.observer();
  const code = await pinCode(project, {
    draft: request.draft,
    now: project.services.now(),
    worktree: app.worktree(),
  });
  const { identity, config, lock, repository } = code;
  const params = applyOverrides(config.params, request.overrides.map(parseOverride));
  await using files = new CommitFilesOf(repository.objects, identity.tree, identity.directory, app.signal);
  const options = { observer, signal: app.signal };
  using _recording = finishing(app.signal);
  let ran = false;
  try {
    const outcomes = runPipeline(project, {
      code,
      params,
      stages: request.stages,
      only: request.only,
      force: request.force,
      tags: request.tag,
      ...(request.note === undefined ? {} : { note: request.note }),
    }, {
      ...options,
      environment: environmentSessions(
        project,
        { files, lock, mode: code.draft ? "update" : "locked" },
        options,
      ),
    });
    for await (const outcome of outcomes) {
      ran ||= !outcome.reused;
      yield outcome;
    }
    // What is only reused adds nothing to the cache.
    if (ran) await keepUnderCap(app);
  } finally {
    observer.done();
  }
}
