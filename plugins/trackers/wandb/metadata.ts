import type { JsonObject } from "../../../core/model/json.ts";
import { knownCommit } from "../../../core/model/named_tags.ts";
import type { RunId } from "../../../core/model/run_id.ts";
import type { TrackedStart } from "../../../core/plugin/tracker.ts";
import { pythonIn } from "./package_files.ts";

/** Programs whose first argument is a script. */
const RUNNERS = /(^|\/)(python[\d.]*|deno|node|Rscript|julia|bash|sh)$/;

/**
 * `wandb-metadata.json`: what W&B's own tool restores a run from. It is the protobuf-JSON form of the SDK's environment
 * record, so that 64-bit numbers are text; any field may be left out.
 */
export function metadataOf({ start, version, packages }: TrackedStart): JsonObject {
  const { host, source } = start;
  const commit = knownCommit(version.code.commit);
  const { program, args } = programOf(version.command);
  const python = pythonIn(packages);
  return {
    os: `${host.os} (${host.kernel})`,
    ...(python === undefined ? {} : { python }),
    startedAt: new Date(start.startedAt).toISOString(),
    ...(version.environment.kind === "container" ? { docker: version.environment.image } : {}),
    // The SDK writes `remote` and its restore reads `repo`.
    git: {
      ...(source.remote === undefined ? {} : { remote: source.remote, repo: source.remote }),
      ...(commit === undefined ? {} : { commit }),
    },
    program,
    codePath: program,
    codePathLocal: program,
    args,
    ...(version.code.directory === undefined ? {} : { root: version.code.directory }),
    host: host.hostname,
    username: host.user,
    executable: version.command[0] ?? "",
    cpu_count: host.cores,
    cpu_count_logical: host.cores,
    ...(host.gpus[0] === undefined ? {} : { gpu: host.gpus[0].name, gpu_count: host.gpus.length }),
    cpu: { model: host.cpu },
    memory: { total: String(host.memoryBytes) },
    writerId: writerOf(start.run),
  };
}

/** Who wrote a run's metadata, in the words of its config. */
export function writerOf(run: RunId): string {
  return `${run}writer`;
}

/** The script of a command and what comes behind it. */
export function programOf(command: readonly string[]): { readonly program: string; readonly args: string[] } {
  const [first = "", ...rest] = command;
  const script = RUNNERS.test(first)
    ? rest.findIndex((word) => /\.\w+$/.test(word) && !word.startsWith("-"))
    : -1;
  return script < 0
    ? { program: first, args: rest }
    : { program: rest[script]!, args: rest.slice(script + 1) };
}
