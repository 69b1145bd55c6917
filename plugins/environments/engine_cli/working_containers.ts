import { ask } from "./call.ts";
import { removeContainers } from "./container_state.ts";
import type { Engine } from "./engine.ts";

/** A container as `podman ps --format json` tells of it. */
interface ListedContainer {
  readonly Id: string;
  readonly Command: readonly string[] | null;
  readonly State: string;
}

/**
 * Removes what builds that were stopped have left: podman ends at once on SIGTERM and SIGKILL, and leaves the container
 * in which it was working, which only `podman ps --external` shows.
 *
 * Only containers of builds with aero's own flags are touched, and none while anybody builds on this machine.
 * @returns How many there were.
 */
export async function removeWorkingContainers(engine: Engine): Promise<number> {
  const found = (await list(engine)).filter(({ Command, State }) =>
    State === "storage" && Command?.[0] === "buildah"
  );
  // Looked for after the list: whose builder is not there by now has none any more.
  if (found.length === 0 || anybodyBuilds()) return 0;
  const { code, stdout } = await ask(engine.command, [
    "info",
    "--format",
    "{{.Store.GraphRoot}}/{{.Store.GraphDriverName}}-containers",
  ]);
  if (code !== 0) return 0;
  const directory = stdout.trim();
  const ours = found.map(({ Id }) => Id).filter((id) =>
    isOfBuild(`${directory}/${id}/userdata/buildah.json`)
  );
  if (ours.length === 0 || !await removeContainers(engine, ours)) return 0;
  return ours.length;
}

async function list(engine: Engine): Promise<readonly ListedContainer[]> {
  const { code, stdout } = await ask(engine.command, [
    "ps",
    "--all",
    "--external",
    "--no-trunc",
    "--format",
    "json",
  ]);
  return code === 0 ? JSON.parse(stdout.trim() || "[]") : [];
}

/**
 * Whether a working container is one of a build with `--omit-history`, which aero gives: `buildah from`, whose containers
 * people go on with later, has no such flag (buildah, define.CommonBuildOptions). One that cannot be read is not.
 */
function isOfBuild(path: string): boolean {
  try {
    return JSON.parse(Deno.readTextFileSync(path)).CommonBuildOpts?.OmitHistory === true;
  } catch {
    return false;
  }
}

/** Whether a process that this one can see is a builder; also where there is no way to know. */
function anybodyBuilds(): boolean {
  try {
    for (const { name } of Deno.readDirSync("/proc")) {
      if (/^[0-9]+$/.test(name) && isBuilder(commandOf(name))) return true;
    }
    return false;
  } catch {
    return true;
  }
}

function commandOf(pid: string): string[] {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0");
  } catch {
    // It has just ended.
    return [];
  }
}

/** Whether a command line is one that builds images, or does so for others. */
function isBuilder([program = "", ...args]: readonly string[]): boolean {
  return /(?:^|\/)(?:podman|buildah)$/.test(program) &&
    args.some((arg) => /^(?:--)?(?:build|bud|service)\b/.test(arg));
}
