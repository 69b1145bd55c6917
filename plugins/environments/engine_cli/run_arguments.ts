import { refusedFlag } from "../../../core/plugin/engine_flags.ts";
import { type ContainerSpec, EnvironmentError, type Mount } from "../../../core/plugin/environment.ts";
import type { Engine } from "./engine.ts";
import { PROCESS_LABEL } from "./started_by.ts";

/** Label by which the containers of a run are found. */
export const RUN_LABEL = "aero.run";

/** File that gets the container's id, in the directory that the engine's command runs in. */
export const ID_FILE = "container";

// What the engines give an image that sets no PATH.
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// Variables that the engine's command or its libraries read: a secret of such a name would steer the engine.
const READ_BY_ENGINES =
  /^(PATH|HOME|USER|SHELL|TMPDIR|TERM|TZ|XDG_.*|LD_.*|DOCKER_.*|CONTAINERS?_.*|CONTAINER|PODMAN_.*|BUILDAH_.*|STORAGE_.*|REGISTRY_AUTH_FILE|REGISTRIES_CONFIG_PATH|NOTIFY_SOCKET|LISTEN_.*|DBUS_.*|SSH_.*|SSL_CERT_.*|GO.*|(?:HTTPS?|NO|ALL|FTP)_PROXY)$/i;

/** Beside the specification. */
export interface RunPlace {
  /** The container's name. */
  readonly name: string;
  /** PATH that the image sets; `undefined` if it sets none. */
  readonly imagePath: string | undefined;
  /** Value of the label that says which process starts it; `undefined` if that is not known. */
  readonly startedBy: string | undefined;
  /** Whether the terminal is attached; `undefined` if nothing is read from stdin. */
  readonly terminal: boolean | undefined;
}

/**
 * The arguments of the engine's `run`.
 *
 * There is no `--rm`: the command's exit code is not always the program's with it, and without it the container's
 * state tells a program that ended with 125 from an engine that refused. Values of secrets are not in the
 * arguments; the command takes them from its own environment.
 *
 * @throws {EnvironmentError} `unsupported` if a secret's name is one that the engine itself reads, a limit does not
 *   hold, or an extra flag is one that a version may not have.
 */
export function runArguments(engine: Engine, spec: ContainerSpec, place: RunPlace): string[] {
  const { quirks } = engine;
  const network = spec.network === "bridge" ? quirks.bridgeNetwork : spec.network;
  return [
    "run",
    "--name",
    place.name,
    "--label",
    `${RUN_LABEL}=${spec.runId}`,
    ...(quirks.writesIdFile ? ["--cidfile", ID_FILE] : []),
    ...(place.startedBy === undefined ? [] : ["--label", `${PROCESS_LABEL}=${place.startedBy}`]),
    "--pull=never",
    ...(engine.init ? ["--init"] : []),
    ...(place.terminal === undefined ? ["--log-driver", "none"] : place.terminal ? ["-it"] : ["-i"]),
    "--network",
    network,
    // Else the container's random id would be seen by the program, and nothing records it.
    ...(network === "host" ? [] : ["--hostname", "aero"]),
    "--user",
    engine.user,
    "--cap-drop",
    "all",
    "--security-opt",
    "no-new-privileges",
    "--shm-size",
    "1g",
    ...quirks.runFlags,
    // An image's own entry point would swallow the command, and its health check would run beside the program.
    "--entrypoint",
    "",
    "--no-healthcheck",
    "--stop-signal",
    "SIGTERM",
    "--workdir",
    spec.workingDirectory,
    ...limitFlags(engine, spec),
    ...spec.mounts.flatMap((mount) => ["--mount", mountValue(mount)]),
    ...variableFlags(spec, place.imagePath),
    ...extraFlags(spec),
    spec.image,
    ...spec.command,
  ];
}

/** A bind mount as `--mount` reads it: one CSV record, so that commas and quotes in paths stay whole. */
export function mountValue(mount: Mount): string {
  const fields = ["type=bind", `source=${mount.source}`, `target=${mount.target}`];
  if (!mount.writable) fields.push("readonly");
  return fields.map((field) => /[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field).join(",");
}

function extraFlags({ runArgs }: ContainerSpec): readonly string[] {
  const refused = refusedFlag(runArgs);
  if (refused === undefined) return runArgs;
  throw new EnvironmentError("unsupported", {
    what: `Cannot give the engine the flag "${refused.flag}"`,
    why: refused.why,
    fix: [`in \`environment.run_args\` of aero.yaml: ${refused.fix}`],
  });
}

function limitFlags(engine: Engine, { limits }: ContainerSpec): string[] {
  const flags: string[] = [];
  if (!engine.capabilities.limits && (limits.cpus ?? limits.memoryBytes) !== undefined) {
    throw new EnvironmentError("unsupported", {
      what: "Cannot run a program with limits",
      why: `${engine.name} ignores limits on memory and processors without root under cgroup v1`,
      fix: [
        "run aero as root, or on a machine with cgroup v2",
        "remove `limits.cpus` and `limits.memory` from the environment in aero.yaml",
      ],
    });
  }
  if (limits.cpus !== undefined) flags.push("--cpus", String(limits.cpus));
  if (limits.memoryBytes !== undefined) {
    // Equal to the memory: no swap beside it.
    flags.push("--memory", `${limits.memoryBytes}b`, "--memory-swap", `${limits.memoryBytes}b`);
  }
  if (limits.gpus !== undefined) flags.push(...engine.quirks.gpuFlags(limits.gpus));
  return flags;
}

function variableFlags(spec: ContainerSpec, imagePath: string | undefined): string[] {
  const variables: Record<string, string> = { HOME: "/tmp", ...spec.env };
  if (spec.pathPrefix.length > 0) {
    variables["PATH"] = [...spec.pathPrefix, variables["PATH"] ?? imagePath ?? DEFAULT_PATH].join(":");
  }
  const flags = Object.entries(variables).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
  for (const name of Object.keys(spec.secrets)) {
    if (READ_BY_ENGINES.test(name)) {
      throw new EnvironmentError("unsupported", {
        what: `Cannot pass the secret "${name}" to a container`,
        why: `${engineReads(name)}, and a secret reaches the container through the engine's environment`,
        fix: ["give the secret another name, and let the program read that"],
      });
    }
    flags.push("--env", name);
  }
  return flags;
}

function engineReads(name: string): string {
  return `the engine's command line itself reads ${name}`;
}
