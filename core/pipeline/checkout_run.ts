import { stringify } from "yaml";
import { UserError } from "../errors.ts";
import type { ExperimentVersion } from "../model/experiment_version.ts";
import type { Descriptor } from "../model/descriptor.ts";
import type { RunRecord } from "../model/run.ts";
import { checkoutTree } from "../source/checkout.ts";
import { getManifest } from "../store/tree.ts";
import { placeTree } from "../cache/place.ts";
import { quoteCommand } from "./command_words.ts";
import { materializeInputs } from "./inputs.ts";
import type { Project } from "./project.ts";
import { loadStoredRun } from "./rerun.ts";
import { CONTAINER_LAYOUT } from "./run_contract.ts";

/** A run that lies in a directory. */
export interface CheckedOut {
  readonly directory: string;
  /** What to type, in that directory, to run it by hand. */
  readonly command: string;
}

/**
 * Lays a run out as files: `code/`, `inputs/<name>/`, `outputs/<name>/` and `config.yaml`.
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
  makeEmpty(directory);
  const { version, code } = await loadStoredRun(project, record);
  await checkoutTree(code, version.code.tree, `${directory}/code`, options);
  await lay(project, record.inputs, `${directory}/inputs`, options);
  await lay(project, record.outputs, `${directory}/outputs`, options);
  const command = commandByHand(record, version);
  await Deno.writeTextFile(
    `${directory}/config.yaml`,
    stringify({
      run: record.run,
      version: record.version,
      project: version.project,
      stage: version.stage,
      commit: version.code.commit,
      environment: version.environment,
      params: version.params,
      command: version.command,
      by_hand: command,
    }),
  );
  return { directory, command };
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
  const trees = await materializeInputs(artifacts, project.services, options);
  for (const [name, path] of Object.entries(trees)) {
    const content = await getManifest(project.services.store, artifacts[name]!.manifest);
    placeTree(path, content, `${root}/${name}`);
  }
}

/** The same program on the same files, for a person to type in the directory; outputs go to `again/`. */
function commandByHand(record: RunRecord, version: ExperimentVersion): string {
  const { environment, code, command } = version;
  const outputs = Object.keys(record.outputs).map((name) => `again/${name}`);
  const prepare = outputs.length === 0 ? "mkdir -p again" : `mkdir -p ${outputs.join(" ")}`;
  if (environment.kind === "host") {
    const words = quoteCommand(command)
      .replaceAll(`${CONTAINER_LAYOUT.inputs}/`, "$OLDPWD/inputs/")
      .replaceAll(`${CONTAINER_LAYOUT.outputs}/`, "$OLDPWD/again/");
    const working = code.directory === undefined ? "code" : `code/${code.directory}`;
    return `${prepare} && (cd ${quoteCommand([working])} && ${words})`;
  }
  const engine = record.host.engine?.split(" ")[0] ?? "podman";
  const working = code.directory === undefined
    ? CONTAINER_LAYOUT.code
    : `${CONTAINER_LAYOUT.code}/${code.directory}`;
  return [
    `${prepare} && ${engine} run --rm --init --network ${environment.network}`,
    `-v "$PWD/code:${CONTAINER_LAYOUT.code}" -v "$PWD/inputs:${CONTAINER_LAYOUT.inputs}:ro"`,
    `-v "$PWD/again:${CONTAINER_LAYOUT.outputs}"`,
    ...Object.entries(environment.env).map(([name, value]) => `-e ${quoteCommand([`${name}=${value}`])}`),
    `-w ${quoteCommand([working])}`,
    ...environment.runArgs,
    environment.image,
    quoteCommand(command),
  ].join(" ");
}
