import type { App } from "../app.ts";
import { AeroError } from "../errors.ts";
import type { Digest } from "../model/digest.ts";
import type { RunState } from "../model/run.ts";
import { CommitFilesOf } from "../pipeline/commit_files_of.ts";
import { environmentSessions } from "../pipeline/environment_session.ts";
import { forecastPipeline, type StageForecast } from "../pipeline/forecast.ts";
import { findKeptImage } from "../pipeline/image/kept_image.ts";
import { dirty } from "../pipeline/pinned_code.ts";
import type { Project } from "../pipeline/project.ts";
import { type Waiting, waitingIn } from "../pipeline/send_waiting.ts";
import { lookAtCode, type VisibleCode } from "../pipeline/visible_code.ts";
import { recordedImage } from "../plugin/environment.ts";
import { lfsPointers, lfsPointersError } from "../source/lfs.ts";
import type { Repository } from "../source/repository.ts";
import { findFileIn } from "../source/tree_lookup.ts";
import type { WorktreeChange } from "../source/worktree.ts";

/** Something without which a tracked run would be refused. */
export interface StatusProblem {
  readonly code: string;
  readonly what: string;
  readonly why?: string;
  readonly fix: readonly string[];
}

/** The commit and what differs from it. */
export interface CodeStatus {
  readonly commit: string;
  readonly subject: string;
  /** Absent on a detached HEAD. */
  readonly branch?: string;
  readonly clean: boolean;
  /** As far as was fetched or pushed. */
  readonly onRemote: boolean;
  readonly changes: readonly WorktreeChange[];
}

/** An image that stages run in. */
export interface ImageStatus {
  readonly image: Digest;
  readonly stages: readonly string[];
  /** Whether the storage has it. */
  readonly kept: boolean;
}

/** What `aero status` tells. */
export interface ProjectStatus {
  readonly type: "status";
  readonly project: string;
  readonly directory: string;
  /** Whether a tracked run of all stages would begin. */
  readonly ready: boolean;
  /** Absent without a commit. */
  readonly code?: CodeStatus;
  readonly images: readonly ImageStatus[];
  readonly stages: readonly Omit<StageForecast, "problems">[];
  /** Runs that go on, and those that were found dead now. */
  readonly runs: readonly { readonly run: string; readonly stage: string; readonly state: RunState }[];
  /** What waits on this machine to be sent to the storage; absent if nothing does. */
  readonly waiting?: Waiting & { readonly storage: string };
  readonly problems: readonly StatusProblem[];
}

/** Looks at a project and changes nothing, save that runs whose aero died are recorded. */
export async function projectStatus(app: App): Promise<ProjectStatus> {
  await app.requireRoot();
  const runs = await unfinishedRuns(app);
  const project = await app.openProject();
  const problems: AeroError[] = [];
  const about = {
    type: "status",
    project: project.config.project,
    directory: project.directory,
    ...await outboxOf(project),
  } as const;
  try {
    const repository = await project.repository();
    const visible = await lookAtCode(project, repository);
    const { worktree, code } = visible;
    if (worktree.state === "dirty") problems.push(dirty(worktree));
    const [codeStatus, pipeline, pointers] = await Promise.all([
      statusOfCode(repository, visible),
      statusOfPipeline(app, project, visible),
      pointersIn(repository, code.identity.tree),
    ]);
    if (pointers.length > 0) problems.push(lfsPointersError(pointers));
    problems.push(...missingSecrets(project, visible.code.config));
    problems.push(...pipeline.problems);
    const { images, stages } = pipeline;
    const told = tell(problems);
    return { ...about, ready: told.length === 0, code: codeStatus, images, stages, runs, problems: told };
  } catch (error) {
    if (!(error instanceof AeroError) || error.kind !== "user") throw error;
    // Of the worktree's own config can be told what no commit is needed for.
    const told = tell([...problems, error, ...missingSecrets(project, project.config)]);
    return { ...about, ready: false, images: [], stages: [], runs, problems: told };
  }
}

async function outboxOf({ services }: Project): Promise<Pick<ProjectStatus, "waiting">> {
  const { outbox } = services.store;
  if (outbox === undefined || !outbox.outbox.hasWaiting) return {};
  const waiting = await waitingIn(services);
  return waiting.objects === 0 ? {} : { waiting: { ...waiting, storage: outbox.location } };
}

async function statusOfCode(repository: Repository, { worktree }: VisibleCode): Promise<CodeStatus> {
  const { commit, branch } = worktree;
  const [{ subject }, onRemote] = await Promise.all([
    repository.commitInfo(commit),
    repository.isOnRemote(commit),
  ]);
  return {
    commit,
    subject,
    ...(branch === undefined ? {} : { branch }),
    clean: worktree.state === "clean",
    onRemote,
    changes: worktree.state === "clean" ? [] : worktree.changes,
  };
}

async function statusOfPipeline(app: App, project: Project, { worktree, code }: VisibleCode) {
  const { identity, repository, lock } = code;
  await using files = new CommitFilesOf(repository.objects, identity.tree, identity.directory, app.signal);
  const environment = environmentSessions(project, { files, lock, mode: "locked" }, {
    observer: app.observer(),
    signal: app.signal,
  });
  const forecasts = await forecastPipeline(project, {
    code,
    changed: worktree.state === "clean" ? [] : worktree.changes.map(({ path }) => path),
    environment,
  });
  const images = new Map<Digest, string[]>();
  for (const [name, stage] of Object.entries(code.config.stages)) {
    // One that cannot be told is among the problems of the forecast already.
    try {
      const version = await environment(stage.environment).identity();
      if (version.kind === "container") images.set(version.image, [...images.get(version.image) ?? [], name]);
    } catch (error) {
      if (!(error instanceof AeroError) || error.kind !== "user") throw error;
    }
  }
  return {
    images: await Promise.all(
      [...images].map(async ([image, stages]): Promise<ImageStatus> => ({
        image,
        stages,
        kept: await findKeptImage(project.services.store, recordedImage({ image })) !== undefined,
      })),
    ),
    stages: forecasts.map(({ problems: _, ...forecast }) => forecast),
    problems: forecasts.flatMap(({ problems }) => problems),
  };
}

/** Looks only where the attributes at the top speak of git-lfs: to look into each file would take too long here. */
async function pointersIn(repository: Repository, tree: string): Promise<string[]> {
  const attributes = await findFileIn(repository.objects, tree, ".gitattributes");
  if (attributes === undefined || !new TextDecoder().decode(attributes).includes("filter=lfs")) return [];
  return await lfsPointers(repository.objects, tree);
}

function missingSecrets(project: Project, { stages }: Project["config"]): AeroError[] {
  const names = new Set(Object.values(stages).flatMap((stage) => stage.environment.secrets));
  try {
    project.secrets([...names]);
    return [];
  } catch (error) {
    if (error instanceof AeroError) return [error];
    throw error;
  }
}

async function unfinishedRuns(app: App): Promise<ProjectStatus["runs"]> {
  const { state } = await app.place();
  const before = state.unrecorded();
  const index = await app.index();
  return before.flatMap((run) => {
    const summary = index.get(run);
    return summary === undefined ? [] : [{ run, stage: summary.stage, state: summary.state }];
  });
}

/** Each problem once: stages share environments. */
function tell(errors: readonly AeroError[]): StatusProblem[] {
  const told = new Map(
    errors.map(({ code, report }) => [
      `${code} ${report.what} ${report.why}`,
      {
        code,
        what: report.what,
        ...(report.why === undefined ? {} : { why: report.why }),
        fix: report.fix ?? [],
      },
    ]),
  );
  return [...told.values()];
}
