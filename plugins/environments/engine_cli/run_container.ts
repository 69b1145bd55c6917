import {
  type ContainerSpec,
  EnvironmentError,
  type ImageDescription,
  type RunOptions,
} from "../../../core/plugin/environment.ts";
import type { ProgramExit } from "../../../core/model/run.ts";
import { ask, endProcess, spawn } from "./call.ts";
import { removeContainers } from "./container_state.ts";
import { untilMade } from "./container_made.ts";
import type { Engine } from "./engine.ts";
import { throwIfUnavailable } from "./engine_failure.ts";
import { imageNotFound, judgeExit } from "./judge_exit.ts";
import { countMemoryKills } from "./out_of_memory.ts";
import { pump, Tail, within } from "./output.ts";
import { ID_FILE, runArguments } from "./run_arguments.ts";
import { thisProcessLabel } from "./started_by.ts";

/** What {@link runContainer} leaves to whoever calls it. */
export interface RunSurroundings {
  /** Asked about the image if its PATH counts. */
  readonly describe: (image: ContainerSpec["image"]) => Promise<ImageDescription | undefined>;
  /**
   * Looks at a container that was made, unless another of the engine has been looked at.
   *
   * @returns Whether there was something to look at.
   * @throws {EnvironmentError} `engine_adds`, and others if the engine does not tell.
   */
  readonly lookInside: (name: string, spec: ContainerSpec) => Promise<boolean>;
  /** Takes the removal of a container whose program has ended by itself. */
  readonly removing: (removal: Promise<unknown>) => void;
}

const DEFAULT_GRACE_MS = 10_000;

/**
 * Runs a program in a container of its own and removes the container.
 *
 * Where the program has ended by itself, nothing of it can run any more, and what follows need not wait for the
 * removal.
 */
export async function runContainer(
  engine: Engine,
  spec: ContainerSpec,
  options: RunOptions,
  surroundings: RunSurroundings,
): Promise<ProgramExit> {
  options.signal?.throwIfAborted();
  await checkNetwork(engine, spec);
  const name = containerName(spec.runId);
  const terminal = options.interactive === true
    ? Deno.stdin.isTerminal() && Deno.stdout.isTerminal()
    : undefined;
  const imagePath = await findImagePath(spec, surroundings);
  const args = runArguments(engine, spec, { name, imagePath, startedBy: thisProcessLabel(), terminal });
  const memoryKillsBefore = await countMemoryKills();
  options.signal?.throwIfAborted();
  const stream = terminal === undefined ? "piped" : "inherit";
  // Of its own, since engines leave files where they are started.
  const directory = await Deno.makeTempDir({ prefix: "aero-engine-" });
  const child = start(engine, spec, args, { stream, directory });
  let ended = false;
  let judged = false;
  const status = child.status.finally(() => ended = true);
  const lookInside = () => surroundings.lookInside(name, spec);
  // While the program runs, so that nothing waits for it afterwards.
  const early = Promise.allSettled([lookEarly(engine, directory, status, lookInside)]);
  let stopping: Promise<void> | undefined;
  // Shells at a terminal ignore SIGTERM, and end when it is closed.
  const signal = terminal === true ? "HUP" : "TERM";
  const onAbort = () =>
    stopping ??= stop(engine, { name, signal }, child, status, options.graceMs ?? DEFAULT_GRACE_MS);
  options.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const stderr = new Tail(8192);
    const streams = terminal === undefined
      ? [
        pump(child.stdout, options.onStdout),
        pump(child.stderr, (bytes) => {
          stderr.add(bytes);
          options.onStderr(bytes);
        }),
      ]
      : [];
    const [how] = await Promise.all([status, ...streams]);
    if (stopping !== undefined) throw options.signal?.reason;
    const judging = judgeExit(engine, {
      spec,
      name,
      status: how,
      stderr: stderr.text(),
      memoryKillsBefore,
      directory,
    });
    const looking = early.then(async ([first]) => {
      if (first.status === "rejected") throw first.reason;
      if (!first.value) await lookInside();
    });
    // A container that was not even started is told of first.
    const [judgement, looked] = await Promise.allSettled([judging, looking]);
    if (judgement.status === "rejected") throw judgement.reason;
    if (looked.status === "rejected") throw looked.reason;
    const exit = judgement.value;
    judged = stopping === undefined;
    return exit;
  } finally {
    options.signal?.removeEventListener("abort", onAbort);
    await stopping;
    // A callback that threw leaves the command running.
    if (!ended) endProcess(child, "SIGKILL");
    await status;
    await early;
    await removeIfThere(directory);
    const removal = removeContainers(engine, [name]);
    if (judged) surroundings.removing(removal);
    else await removal;
  }
}

/** What cleans /tmp may have removed it: a program can run for weeks. */
async function removeIfThere(directory: string): Promise<void> {
  try {
    await Deno.remove(directory, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Looks into a container as soon as it is made.
 *
 * @returns Whether that told all; otherwise it is to be looked into again.
 * @throws {EnvironmentError} `engine_adds`.
 */
async function lookEarly(
  engine: Engine,
  directory: string,
  ended: Promise<unknown>,
  lookInside: () => Promise<boolean>,
): Promise<boolean> {
  if (!engine.quirks.writesIdFile || !await untilMade(`${directory}/${ID_FILE}`, ended)) return false;
  try {
    return await lookInside();
  } catch (error) {
    if (error instanceof EnvironmentError && error.code !== "engine_adds") return false;
    throw error;
  }
}

function start(
  engine: Engine,
  spec: ContainerSpec,
  args: readonly string[],
  { stream, directory }: { readonly stream: "piped" | "inherit"; readonly directory: string },
): Deno.ChildProcess {
  try {
    return spawn(engine.command, args, {
      secrets: spec.secrets,
      stdin: stream === "piped" ? "null" : "inherit",
      stdout: stream,
      stderr: stream,
      detached: stream === "piped",
      directory,
    });
  } catch (cause) {
    Deno.removeSync(directory);
    const why = cause instanceof Error ? cause.message : undefined;
    throw new EnvironmentError("container_refused", {
      what: `Cannot start "${spec.command[0] ?? ""}" in a container`,
      ...(why === undefined ? {} : { why }),
    }, { cause });
  }
}

/** The signal, then after `graceMs`, or once it is urgent, the end. Returns when the engine's command has ended. */
async function stop(
  engine: Engine,
  { name, signal }: { readonly name: string; readonly signal: "HUP" | "TERM" },
  child: Deno.ChildProcess,
  status: Promise<unknown>,
  graceMs: number,
): Promise<void> {
  const until = performance.now() + graceMs;
  const { urgent } = engine;
  const left = () => urgent?.aborted ? 0 : Math.max(0, until - performance.now());
  const hurry = new Promise<void>((resolve) =>
    urgent?.addEventListener("abort", () => resolve(), { once: true })
  );
  // The container may not have started yet; then there is nothing to signal so far.
  while (left() > 0) {
    const { code } = await ask(engine.command, ["kill", "--signal", signal, name]);
    if (code === 0) break;
    if (await within(status, Math.min(50, left()))) return;
  }
  await within(Promise.race([status, hurry]), left());
  if (await within(status, 0)) return;
  await removeContainers(engine, [name]);
  if (await within(status, 2000)) return;
  endProcess(child, "SIGKILL");
  await status;
}

async function findImagePath(
  spec: ContainerSpec,
  { describe }: RunSurroundings,
): Promise<string | undefined> {
  if (spec.pathPrefix.length === 0 || spec.env["PATH"] !== undefined) return undefined;
  const description = await describe(spec.image);
  if (description === undefined) throw imageNotFound(spec.image);
  return description.env["PATH"];
}

async function checkNetwork(engine: Engine, spec: ContainerSpec): Promise<void> {
  if (spec.network !== "bridge" || !engine.quirks.bridgeMayBeAbsent || await hasBridge(engine)) return;
  throw new EnvironmentError("container_refused", {
    what: `Cannot start "${spec.command[0] ?? ""}" on a bridge network`,
    why: `${engine.name} runs without a bridge`,
    fix: ["use the host's network: `network: host`"],
  });
}

/** Whether the engine has a network of its own that reaches out. */
export async function hasBridge(engine: Engine): Promise<boolean> {
  const { code, stderr } = await ask(engine.command, ["network", "inspect", engine.quirks.bridgeNetwork]);
  if (code !== 0) throwIfUnavailable(engine.quirks, engine.command, stderr);
  return code === 0;
}

function containerName(runId: string): string {
  const unique = crypto.randomUUID().slice(0, 8);
  return `aero-${runId.replaceAll(/[^A-Za-z0-9_.-]/g, "_").slice(0, 64)}-${unique}`;
}
