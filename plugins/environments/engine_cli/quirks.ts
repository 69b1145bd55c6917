import { gpusByCdi, gpusByRequest } from "./gpu_arguments.ts";

/** What one engine does otherwise than another; everything else is common. */
export interface Quirks {
  /** Name of the command. */
  readonly program: string;
  /** How to install it, for a person who lacks it. */
  readonly install: string;
  /** What to do when the command is there and the engine does not answer. */
  readonly start: readonly string[];
  /** Whether a daemon does the work, so that the command can be there without an engine. */
  readonly daemon: boolean;
  /** Variables that choose the engine or its builder; taken from the plugin's context. */
  readonly engineVariables: readonly string[];
  /** Where a user sets what the engine puts into every container. */
  readonly configuration: string;
  /** What the command prints when the engine does not answer. */
  readonly unavailable: RegExp;
  /** What the command prints when a named image is not there. */
  readonly imageMissing: RegExp;
  /** What `--init` prints, and its exit code, when it cannot start the program. */
  readonly initFailure: { readonly code: readonly number[]; readonly words: RegExp };
  /** Where the program for `--init` must be; empty if the engine always has it. */
  readonly initPaths: readonly string[];
  /** Flags of `run` that keep the host out of the container. */
  readonly runFlags: readonly string[];
  /** Value of `--network` for a network of its own that reaches out. */
  readonly bridgeNetwork: string;
  /** Whether the engine can be without that network and then gives none, without a word. */
  readonly bridgeMayBeAbsent: boolean;
  /** Whether every builder behind `build` takes `FROM sha256:…`. */
  readonly buildsOnDigests: boolean;
  /** Flags of `build` that make equal inputs give equal image ids, as far as the engine can. */
  readonly buildFlags: readonly string[];
  /** Whether a build needs `--network host` for certain; otherwise only where the bridge is absent. */
  readonly buildsOnHostNetwork: boolean;
  /** Whether a build that is stopped leaves the container in which it was working. */
  readonly leavesWorkingContainers: boolean;
  /** Flags of `save` for a docker-archive on stdout. */
  readonly saveFlags: readonly string[];
  /**
   * Whether `run` writes the container's id into a file once the container is made, so that it can be looked into while
   * its program runs.
   */
  readonly writesIdFile: boolean;
  /** Flags of `rm` that end and remove a container at once. */
  readonly removeFlags: readonly string[];
  /** The flags that give devices to the container. */
  readonly gpuFlags: (gpus: string) => readonly string[];
}

// 1985-01-01: not 0, since zip files, and with them Python wheels, cannot hold times before 1980.
const BUILD_TIMESTAMP = "473385600";

/** podman 4 and later. */
export const PODMAN: Quirks = {
  program: "podman",
  install: "install podman, on Debian or Ubuntu: `sudo apt-get install podman catatonit`",
  start: ["see what is wrong: `podman info`"],
  daemon: false,
  configuration: "`env`, `volumes` and the like in containers.conf",
  engineVariables: ["CONTAINER_HOST", "CONTAINER_CONNECTION", "CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF"],
  // podman-remote, pkg/bindings: "Cannot connect to Podman"; libpod: storage that cannot be opened.
  unavailable: /cannot connect to podman|unable to connect to podman|cannot re-exec|database is locked/i,
  imageMissing: /image not known|unable to find a name and tag match/i,
  // catatonit 0.1.7 exits with 1 where a shell would say 126 or 127.
  initFailure: { code: [1, 126, 127], words: /^(?:ERROR )?\(?catatonit(?::\d+)?\)?: (failed to exec.*)$/m },
  // common/pkg/config: default helper_binaries_dir, then PATH.
  initPaths: [
    "/usr/libexec/podman/catatonit",
    "/usr/local/libexec/podman/catatonit",
    "/usr/local/lib/podman/catatonit",
    "/usr/lib/podman/catatonit",
    "/usr/bin/catatonit",
  ],
  // podman-run(1): proxy variables are passed unless told not to; label=disable lets SELinux hosts read bind mounts.
  runFlags: ["--http-proxy=false", "--security-opt", "label=disable"],
  // podman-run(1): bridge for root, slirp4netns or pasta for others.
  bridgeNetwork: "private",
  bridgeMayBeAbsent: false,
  // buildah, with --pull=missing: an id is looked for among local images before any registry is asked.
  buildsOnDigests: true,
  // podman-build(1). Without --omit-history the id depends on the owner of the context's files.
  buildFlags: ["--timestamp", BUILD_TIMESTAMP, "--omit-history", "--identity-label=false", "--pull=missing"],
  // A build may use the network anyway; the host's needs neither /dev/net/tun nor rights over iptables.
  buildsOnHostNetwork: true,
  leavesWorkingContainers: true,
  saveFlags: ["--format", "docker-archive"],
  // podman-run(1), --cidfile.
  writesIdFile: true,
  removeFlags: ["--force", "--time", "0", "--volumes"],
  gpuFlags: gpusByCdi,
};

/** docker 20.10 and later, with the image store that names images by their config. */
export const DOCKER: Quirks = {
  program: "docker",
  install: "install docker, on Debian or Ubuntu: `sudo apt-get install docker.io`",
  start: [
    "start it: `sudo systemctl start docker`",
    "if it is running, let this user reach it: `sudo usermod -aG docker $USER` and log in again",
  ],
  daemon: true,
  configuration: "`proxies` in ~/.docker/config.json",
  engineVariables: [
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "DOCKER_CONFIG",
    "DOCKER_CERT_PATH",
    "DOCKER_TLS_VERIFY",
    "DOCKER_BUILDKIT",
  ],
  // docker/cli, client/errors.go.
  unavailable:
    /cannot connect to the docker daemon|error during connect|permission denied while trying to connect|is the docker daemon running/i,
  imageMissing: /no such image|unable to find image/i,
  // krallin/tini, src/tini.c: 126 and 127 as a shell would. Behind the command may also be podman's socket.
  initFailure: {
    code: [1, 126, 127],
    words:
      /^(?:\[FATAL tini \(\d+\)\] |(?:ERROR )?\(?catatonit(?::\d+)?\)?: )((?:exec .* failed|failed to exec).*)$/m,
  },
  initPaths: [],
  runFlags: [],
  bridgeNetwork: "bridge",
  // dockerd --bridge=none: `--network bridge` is taken and gives a loopback device only (20.10).
  bridgeMayBeAbsent: true,
  // The classic builder does; BuildKit, which 23.0 made the default, reads the id as a tag of a registry's
  // repository "sha256" (moby/buildkit, dockerfile2llb: reference.ParseNormalizedNamed).
  buildsOnDigests: false,
  // docker-build(1): the classic builder keeps the container of a step that failed unless told not to.
  buildFlags: ["--force-rm"],
  buildsOnHostNetwork: false,
  // The daemon goes on without the command, and tidies up.
  leavesWorkingContainers: false,
  saveFlags: [],
  // A command that was installed as a snap sees another /tmp, and refuses to run what it cannot write the id of.
  writesIdFile: false,
  // docker-rm(1) kills at once; it has no --time.
  removeFlags: ["--force", "--volumes"],
  gpuFlags: gpusByRequest,
};
