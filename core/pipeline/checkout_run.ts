import { stringify } from "yaml";
import { placeTree } from "../cache/place.ts";
import type { StageConfig } from "../config/project_config.ts";
import { UserError } from "../errors.ts";
import { canonicalJson } from "../format/canonical_json.ts";
import type { Descriptor } from "../model/descriptor.ts";
import type { ContainerIdentity, ExperimentVersion } from "../model/experiment_version.ts";
import type { RunRecord } from "../model/run.ts";
import { checkoutTree } from "../source/checkout.ts";
import { getManifest } from "../store/tree.ts";
import { quoteCommand } from "../model/quote_command.ts";
import { materializeInputs, releaseInputs } from "./inputs.ts";
import { removeTree } from "./run_directory.ts";
import { interpolateCommand } from "./interpolate.ts";
import { writeProgramFiles } from "./program_files.ts";
import type { Project } from "./project.ts";
import { loadStoredRun } from "./rerun.ts";
import { CONTAINER_LAYOUT, directoriesOf, programVariables } from "./run_contract.ts";

/** A run that lies in a directory. */
export interface CheckedOut {
  readonly directory: string;
  /** What to type, in that directory, to run it by hand. */
  readonly command: string;
}

/**
 * Lays a run out as files: `code/`, `inputs/<name>/`, `outputs/<name>/`, `config.yaml`, and `run.sh`, which runs the
 * same program by hand on what the program of a run finds (`run/`, `program/`).
 *
 * @param directory Made; must not be there, or be empty.
 * @throws {UserError} `directory_not_empty`; {CorruptionError} if what is stored is damaged.
 */
export async function checkoutRun(
  project: Project,
  record: RunRecord,
  directory: string,
  options: { readonly signal: AbortSignal },
): Promise<CheckedOut> {
  // Only a run that can be laid out is given a directory.
  const { version, code, stage } = await loadStoredRun(project, record);
  makeEmpty(directory);
  await checkoutTree(code, version.code.tree, `${directory}/code`, options);
  await lay(project, record.inputs, `${directory}/inputs`, options);
  await lay(project, record.outputs, `${directory}/outputs`, options);
  writeProgramFiles(`${directory}/program`);
  Deno.mkdirSync(`${directory}/run`);
  Deno.writeTextFileSync(`${directory}/run/params.json`, canonicalJson(version.params) + "\n");
  Deno.writeTextFileSync(`${directory}/config.yaml`, configText(record, version));
  Deno.writeTextFileSync(`${directory}/run.sh`, scriptByHand(record, version, stage), {
    mode: 0o755,
  });
  return { directory, command: "sh run.sh" };
}

function configText(record: RunRecord, version: ExperimentVersion): string {
  return stringify({
    run: record.run,
    version: record.version,
    project: version.project,
    stage: version.stage,
    commit: version.code.commit,
    environment: version.environment,
    params: version.params,
    command: version.command,
  });
}

function makeEmpty(directory: string): void {
  Deno.mkdirSync(directory, { recursive: true });
  if (Deno.readDirSync(directory)[Symbol.iterator]().next().done) return;
  throw new UserError("directory_not_empty", {
    what: `Cannot check out into "${directory}"`,
    why: "it has files in it",
    fix: ["name a directory that does not exist yet"],
  });
}

async function lay(
  project: Project,
  artifacts: Readonly<Record<string, { readonly manifest: Descriptor }>>,
  root: string,
  options: { readonly signal: AbortSignal },
): Promise<void> {
  Deno.mkdirSync(root, { recursive: true });
  const elsewhere = `${root}/.trees`;
  const trees = await materializeInputs(artifacts, project.services, { ...options, elsewhere });
  for (const [name, path] of Object.entries(trees)) {
    const content = await getManifest(project.services.store, artifacts[name]!.manifest);
    placeTree(path, content, `${root}/${name}`);
  }
  releaseInputs(artifacts, project.services);
  await removeTree(elsewhere);
}

/** A shell script that runs the same program on the same files; outputs go to `again/`. */
function scriptByHand(
  record: RunRecord,
  version: ExperimentVersion,
  stage: Pick<StageConfig, "command" | "outputs" | "codeAccess">,
): string {
  const { environment } = version;
  // Those of the stage: a run that failed has none, and would still write to them.
  const outputs = stage.outputs.map((name) => `again/${name}`);
  return [
    "#!/bin/sh",
    `# Runs ${record.project}/${record.stage} as run ${record.run} did; outputs go to again/.`,
    // Nothing else is known to be logged by an API; metrics may come otherwise as well.
    ...(record.logged === undefined ? [] : [
      "# aero served that run the address that its logging library found. By hand there is none: the library logs",
      "# where it does by itself, if need be to a server that you name by its own variables.",
    ]),
    "set -eu",
    'cd "$(dirname "$0")"',
    ["mkdir -p again", ...outputs].join(" "),
    environment.kind === "host"
      ? onHost(record, version, stage)
      : inContainer(record, version, environment, stage),
    "",
  ].join("\n");
}

// What engines give a program whose image sets no PATH.
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The same flags as an environment gives its engine, as far as they are the same for all engines. */
function inContainer(
  record: RunRecord,
  version: ExperimentVersion,
  environment: ContainerIdentity,
  { codeAccess }: Pick<StageConfig, "codeAccess">,
): string {
  const layout = CONTAINER_LAYOUT;
  const mount = (source: string, target: string, mode = "") => `-v "$PWD/${source}:${target}${mode}"`;
  const program = { id: record.run, params: version.params, stageKey: record.stageKey };
  const { PATH: path, ...variables } = programVariables(layout, environment.env, program);
  const { cpus, memoryBytes, gpus } = record.limits;
  return [
    // A container's record names its engine: `<program> <version>`.
    `engine=${quoteCommand([record.host.engine!.split(" ")[0]!])}`,
    "# Some engines pass these on.",
    "unset http_proxy https_proxy ftp_proxy no_proxy all_proxy",
    "unset HTTP_PROXY HTTPS_PROXY FTP_PROXY NO_PROXY ALL_PROXY",
    "# In a rootless engine root inside is the user outside.",
    'if "$engine" info 2>/dev/null | grep -Eq "^ *rootless(: true)?$"; then user=0:0; else user=$(id -u):$(id -g); fi',
    path === undefined
      ? `path=$("$engine" image inspect --format '{{range .Config.Env}}{{println .}}{{end}}' ${environment.image} |` +
        " sed -n 's/^PATH=//p')"
      : `path=${quoteCommand([path])}`,
    ...(gpus === undefined
      ? []
      : [`# The run had GPUs as well (${JSON.stringify(gpus)}): add the engine's own flag.`]),
    [
      `exec "$engine" run --rm --init --pull=never --network ${environment.network}`,
      ...(environment.network === "host" ? [] : ["--hostname aero"]),
      '--user "$user" --cap-drop all --security-opt no-new-privileges --security-opt label=disable',
      '--shm-size 1g --entrypoint "" --no-healthcheck',
      ...(cpus === undefined ? [] : [`--cpus ${cpus}`]),
      ...(memoryBytes === undefined ? [] : [`--memory ${memoryBytes}b --memory-swap ${memoryBytes}b`]),
      mount("code", layout.code, codeAccess === "read-only" ? ":ro" : ""),
      mount("inputs", layout.inputs, ":ro"),
      mount("again", layout.outputs),
      mount("run", layout.exchange),
      mount("program/python", layout.python, ":ro"),
      mount("program/bin", layout.bin, ":ro"),
      ...Object.entries({ HOME: "/tmp", ...variables }).map((variable) =>
        `-e ${quoteCommand([variable.join("=")])}`
      ),
      `-e PATH="${layout.bin}:\${path:-${DEFAULT_PATH}}"`,
      ...record.secrets.map((name) => `-e ${name}`),
      `-w ${quoteCommand([workingDirectory(layout.code, version)])}`,
      ...(environment.runArgs.length === 0 ? [] : [quoteCommand(environment.runArgs)]),
      environment.image,
      quoteCommand(version.command),
    ].join(" \\\n  "),
  ].join("\n");
}

function onHost(
  record: RunRecord,
  version: ExperimentVersion,
  stage: Pick<StageConfig, "command" | "outputs">,
): string {
  // A path that no word of a command can hold by chance stands for the folder until the words are quoted.
  const root = "/aero-checkout-root";
  const layout = {
    code: `${root}/code`,
    inputs: `${root}/inputs`,
    outputs: `${root}/again`,
    exchange: `${root}/run`,
    python: `${root}/program/python`,
    bin: `${root}/program/bin`,
  };
  const command = interpolateCommand(stage.command, {
    params: version.params,
    inputs: directoriesOf(layout.inputs, Object.keys(record.inputs)),
    outputs: directoriesOf(layout.outputs, stage.outputs),
  }, `stages.${version.stage}.command`);
  const program = { id: record.run, params: version.params, stageKey: record.stageKey };
  const own = (words: readonly string[]) => words.map((word) => quoteBeside(word, root, '"$root"')).join(" ");
  return [
    "root=$PWD",
    ...Object.entries(programVariables(layout, version.environment.env, program)).map(([name, value]) =>
      `export ${name}=${own([value])}`
    ),
    `export PATH=${own([layout.bin])}:"$PATH"`,
    `cd ${own([workingDirectory(layout.code, version)])}`,
    `exec ${own(command)}`,
  ].join("\n");
}

/** A word in which `part` becomes shell text and all else is kept from the shell. */
function quoteBeside(word: string, part: string, shellText: string): string {
  return word.split(part).map((piece) => piece === "" ? "" : quoteCommand([piece])).join(shellText) || "''";
}

function workingDirectory(code: string, version: ExperimentVersion): string {
  const { directory } = version.code;
  return directory === undefined ? code : `${code}/${directory}`;
}
