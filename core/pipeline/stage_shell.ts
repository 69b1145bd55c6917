import type { InputRecord, ProgramExit } from "../model/run.ts";
import type { RunOptions } from "../plugin/environment.ts";
import { checkoutTree } from "../source/checkout.ts";
import type { ObjectReader } from "../source/object_reader.ts";
import { materializeInputs } from "./inputs.ts";
import { type ProgramJob, type ProgramPlace, startProgram, writeExchange } from "./program.ts";
import { NO_SINK } from "./program_log.ts";
import { removeTree, RunDirectory } from "./run_directory.ts";
import type { RunServices } from "./run_services.ts";
import { type ApiServices, serveStageApis } from "./stage_apis.ts";
import type { StageJob } from "./stage_job.ts";

/** A stage or a run, with all that a program needs in order to stand in its place. */
export interface ShellSubject extends Omit<ProgramPlace, "served"> {
  readonly job: ProgramJob & Pick<StageJob, "image" | "loggingApis">;
  /** Has the commit of the job. */
  readonly code: ObjectReader;
  readonly inputs: Readonly<Record<string, InputRecord>>;
}

/** An interactive shell: the best that the image has. */
export const SHELL_COMMAND = ["sh", "-c", "command -v bash >/dev/null 2>&1 && exec bash; exec sh"] as const;

/**
 * Runs a program where a stage's own would run: the commit's code in a fresh directory, the same inputs, variables,
 * network, limits and APIs to log to. Nothing is recorded, and nothing of it is left: outputs too are thrown away.
 *
 * @throws {EnvironmentError}; an abort's own reason once nothing of the program is left.
 */
export async function runInPlace(
  subject: ShellSubject,
  services: Pick<RunServices, "trees" | "newRunId"> & ApiServices,
  streams: RunOptions & { readonly signal: AbortSignal },
): Promise<ProgramExit> {
  const { job, code } = subject;
  const { commit, tree } = job.plan.version.code;
  const scratch = await Deno.makeTempDir({ prefix: "aero-shell-" });
  try {
    const run = services.newRunId();
    const directory = new RunDirectory(scratch, run);
    directory.create(job.outputs);
    const { committedAt } = await code.readCommit(commit);
    await checkoutTree(code, tree, directory.code, { signal: streams.signal, modifiedAt: committedAt });
    const inputs = await materializeInputs(subject.inputs, services, {
      signal: streams.signal,
      elsewhere: directory.trees,
    });
    writeExchange(job, directory);
    const to = { sink: NO_SINK, warn: subject.warn };
    const { served } = await serveStageApis(job, { run, directory }, services, to);
    try {
      const place: ProgramPlace = { ...subject, ...(served === undefined ? {} : { served }) };
      return await startProgram(job, { run, directory, inputs }, place, streams);
    } finally {
      await served?.close();
    }
  } finally {
    await removeTree(scratch);
  }
}
