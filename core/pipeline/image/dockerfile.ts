import { needsProjectFile, type PythonLockKind } from "./python_lock.ts";
import type { SystemPackage } from "./system_package.ts";

/**
 * Counts up with every change of the text that {@link generateDockerfile} writes: it is part of the digest of what
 * an image was built from.
 */
export const GENERATOR_VERSION = 1;

/** Names of files in the context of a generated build. */
export const CONTEXT_FILES = {
  lock: "lock",
  project: "pyproject.toml",
  systemPackages: "system_packages.sh",
  pythonLock: "python_lock.sh",
} as const;

/** What a generated image is made from. */
export interface GeneratedImage {
  /** A name or digest that the engine's builder takes. */
  readonly base: string;
  readonly systemPackages: readonly SystemPackage[];
  /** Its text, and `pyproject.toml` where the kind needs it, stand in the context as {@link CONTEXT_FILES}. */
  readonly pythonLock?: PythonLockKind;
}

/** A Dockerfile, and the scripts that it runs, which stand in its context. */
export interface GeneratedDockerfile {
  readonly text: string;
  /** By name; POSIX shell. */
  readonly scripts: Readonly<Record<string, string>>;
}

const FOLDER = "/usr/local/share/aero/";

// With this set, Python's compiled files name the hash of their source (PEP 552): equal in every build, and right
// though the engine gives all files one time. Zip cannot hold a time before 1980.
const SOURCE_DATE = "export SOURCE_DATE_EPOCH=473385600";

/**
 * Writes the Dockerfile of a base image with packages put in.
 *
 * Equal input gives equal text, and each step removes the logs and caches that would make two builds differ.
 * Uses only what podman, BuildKit and docker's classic builder all understand. The steps are scripts, since engines
 * repeat a whole RUN in front of what went wrong in it; they stay in the image and say how it was made.
 */
export function generateDockerfile(image: GeneratedImage): GeneratedDockerfile {
  const lines = [`FROM ${image.base}`, "USER 0"];
  const scripts: Record<string, string> = {};
  const step = (name: string, commands: readonly string[], ...files: readonly string[]) => {
    scripts[name] = `${
      ["set -eu", SOURCE_DATE, ...commands, "rm -rf /var/cache/ldconfig/aux-cache"].join("\n")
    }\n`;
    lines.push(`COPY ${[name, ...files].join(" ")} ${FOLDER}`, `RUN sh ${FOLDER}${name}`);
  };
  if (image.systemPackages.length > 0) {
    step(CONTEXT_FILES.systemPackages, installSystemPackages(image.systemPackages));
  }
  if (image.pythonLock !== undefined) {
    const project = needsProjectFile(image.pythonLock) ? [CONTEXT_FILES.project] : [];
    step(CONTEXT_FILES.pythonLock, installPythonLock(image.pythonLock), CONTEXT_FILES.lock, ...project);
  }
  return { text: `${lines.join("\n")}\n`, scripts };
}

// Files that differ between two installations of the same packages, or that no program reads.
const APT_TRACES = "/var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb /var/log/apt/* " +
  "/var/log/dpkg.log /var/log/alternatives.log /var/cache/debconf/*-old /var/lib/dpkg/*-old";
const DNF_TRACES = "/var/cache/dnf /var/cache/libdnf5 /var/cache/yum /var/log/dnf* /var/log/yum* " +
  "/var/log/hawkey.log /var/lib/dnf/history.sqlite*";

function installSystemPackages(packages: readonly SystemPackage[]): string[] {
  const words = (separator: string) =>
    packages.map(({ name, version }) => version === undefined ? name : `${name}${separator}${version}`).join(
      " ",
    );
  const rpm = (program: string, options: string) => [
    `elif command -v ${program} >/dev/null 2>&1; then`,
    `  ${program} install -y ${options} ${words("-")};`,
    `  ${program} clean all; rm -rf ${DNF_TRACES};`,
  ];
  return [
    "if command -v apt-get >/dev/null 2>&1; then",
    "  export DEBIAN_FRONTEND=noninteractive;",
    // Without this, apt-get update succeeds with no network, and the next line complains of unknown packages.
    "  apt-get update -o APT::Update::Error-Mode=any;",
    `  apt-get install -y --no-install-recommends --allow-downgrades ${words("=")};`,
    `  rm -rf ${APT_TRACES};`,
    "elif command -v apk >/dev/null 2>&1; then",
    `  apk add --no-cache ${words("=")};`,
    "  rm -rf /var/cache/apk/* /var/log/apk.log;",
    ...rpm("microdnf", "--nodocs --setopt=install_weak_deps=0"),
    ...rpm("dnf", "--nodocs --setopt=install_weak_deps=False"),
    ...rpm("yum", "--setopt=tsflags=nodocs"),
    "else",
    `  ${
      complain(
        "this image has none of apt, apk, dnf and yum: install the packages in a Dockerfile of your own",
      )
    }`,
    "fi;",
  ];
}

const PIP_INSTALL = '"$python" -m pip install --no-cache-dir --disable-pip-version-check';

/** Finds Python and pip; the variables make pip take the system's own installation and ask nothing. */
const WITH_PIP = [
  "export PIP_BREAK_SYSTEM_PACKAGES=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_INPUT=1;",
  "python=$(command -v python3 || command -v python) ||",
  `  ${
    complain(
      "this image has no python3: choose an image with Python, or add python3 and python3-pip to " +
        "system_packages",
    )
  }`,
  '"$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip >/dev/null 2>&1 ||',
  `  ${complain("this image has Python but not pip: add python3-pip to system_packages")}`,
];

function installPythonLock(kind: PythonLockKind): string[] {
  const lock = `${FOLDER}${CONTEXT_FILES.lock}`;
  switch (kind) {
    case "requirements":
      return [...WITH_PIP, `${PIP_INSTALL} --require-hashes -r ${lock};`];
    case "conda":
      return [
        "conda=$(command -v micromamba || command -v mamba || command -v conda) ||",
        `  ${complain("this image has none of micromamba, mamba and conda: choose an image with one")}`,
        `"$conda" install --yes --name base --file ${lock};`,
        '"$conda" clean --all --yes >/dev/null; rm -rf /root/.cache/conda /root/.conda;',
      ];
    case "uv":
      return exported("uv", "uv export --frozen --no-dev --no-emit-project --format requirements-txt");
    case "pdm":
      return exported("pdm", "pdm export --prod --format requirements");
  }
}

/**
 * A lock that only its own tool can read is written out by that tool, taken for the moment if the image lacks it:
 * what it writes follows from the lock alone. pip then installs and checks every hash.
 */
function exported(tool: "uv" | "pdm", command: string): string[] {
  const work = `/tmp/aero-${tool}`;
  return [
    ...WITH_PIP,
    `mkdir -p ${work}/project;`,
    `cp ${FOLDER}${CONTEXT_FILES.lock} ${work}/project/${tool}.lock;`,
    `cp ${FOLDER}${CONTEXT_FILES.project} ${work}/project/${CONTEXT_FILES.project};`,
    `if ! command -v ${tool} >/dev/null 2>&1; then`,
    `  ${PIP_INSTALL} --target ${work}/tool ${tool} ||`,
    `    ${complain(`this image has no ${tool}, and it cannot be installed: choose an image with ${tool}`)}`,
    `  export PYTHONPATH=${work}/tool PATH="${work}/tool/bin:$PATH";`,
    "fi;",
    `(cd ${work}/project && HOME=${work} UV_CACHE_DIR=${work}/cache ${command} > ${work}/requirements.txt);`,
    `unset PYTHONPATH; ${PIP_INSTALL} --require-hashes -r ${work}/requirements.txt;`,
    `rm -rf ${work};`,
  ];
}

/** Ends the build with a line that says what is missing; `text` has no single quote. */
function complain(text: string): string {
  return `{ echo 'aero: ${text}' >&2; exit 1; };`;
}
