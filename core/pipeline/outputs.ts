import { UserError } from "../errors.ts";
import type { Descriptor } from "../model/descriptor.ts";
import { labelName } from "../model/lineage.ts";
import type { OutputRecord } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import { addTree } from "../store/tree.ts";
import { isDirectory, namesIn } from "./left_by_program.ts";
import { reliableLabel } from "./reliable_label.ts";
import type { RunDirectory } from "./run_directory.ts";
import type { RunObserver, RunServices } from "./run_services.ts";

/** What a program left in the directory of one output, stored and not yet named. */
export interface CollectedOutput {
  readonly name: string;
  readonly manifest: Descriptor;
  readonly files: number;
  readonly bytes: number;
}

/** Who is told what goes on while outputs are stored. */
interface OutputOptions {
  readonly signal: AbortSignal;
  readonly observer: Pick<RunObserver, "warn"> & Partial<Pick<RunObserver, "waiting">>;
}

/** A directory whose files are an output. */
export interface OutputDirectory {
  readonly name: string;
  /** Absolute; goes away. */
  readonly path: string;
}

/**
 * Stores what a program left in its output directories, and moves the files into the cache for the next stage.
 *
 * @param further Outputs that the stage does not declare; without a file they are none.
 * @throws {UserError} `output_empty` if a declared output has no file or no directory; `path_unsafe` and others of
 *   {@link addTree} for files that no artifact can hold.
 */
export async function collectOutputs(
  names: readonly string[],
  directory: RunDirectory,
  services: Pick<RunServices, "store" | "trees">,
  options: OutputOptions,
  further: readonly OutputDirectory[] = [],
): Promise<CollectedOutput[]> {
  for (const name of namesIn(directory.outputs)) {
    if (names.includes(name)) continue;
    options.observer.warn(
      `the program also wrote ${name} among its outputs, which the stage does not declare: not kept`,
    );
  }
  const collected: CollectedOutput[] = [];
  for (const name of names) {
    const path = `${directory.outputs}/${name}`;
    // A link or file in place of the directory would be read as what it stands for.
    if (!isDirectory(path)) {
      throw emptyOutput(name, "the program put something else in place of its directory");
    }
    const output = await collectOutput({ name, path }, services, options);
    if (output === undefined) {
      throw emptyOutput(name, "the program ended well and left no file in its directory");
    }
    collected.push(output);
  }
  for (const directory of further) {
    const output = await collectOutput(directory, services, options);
    if (output !== undefined) collected.push(output);
  }
  return collected;
}

async function collectOutput(
  { name, path }: OutputDirectory,
  services: Pick<RunServices, "store" | "trees">,
  { signal, observer }: OutputOptions,
): Promise<CollectedOutput | undefined> {
  const text = `Storing ${name}`;
  observer.waiting?.(text);
  const tree = await addTree(services.store, path, {
    signal,
    onProgress: (bytes) => observer.waiting?.(text, bytes),
  });
  if (tree.content.entries.length === 0) return undefined;
  await services.trees.adopt(path, tree.manifest.digest, tree.content);
  return { name, manifest: tree.manifest, files: tree.files, bytes: tree.bytes };
}

function emptyOutput(name: string, why: string): UserError {
  return new UserError("output_empty", {
    what: `Cannot keep the output "${name}"`,
    why,
    fix: [`write it to \${outputs.${name}} (AERO_OUTPUTS/${name}), or take it out of the stage's outputs`],
  });
}

/**
 * As {@link labelOutput}, for an output that the stage does not declare: nobody chose its name, so that it becomes no
 * version of data that somebody added or imported under it. Then it is kept without a label.
 */
export async function labelFurther(
  output: CollectedOutput,
  maker: { readonly project: string; readonly run: RunId },
  services: Pick<RunServices, "archive" | "catalog" | "now">,
  observer: Pick<RunObserver, "warn">,
): Promise<OutputRecord> {
  const { name, manifest, files, bytes } = output;
  const newest = (await services.catalog.labels(maker.project, name)).at(-1);
  if (newest === undefined || newest.origin.kind === "run") return await labelOutput(output, maker, services);
  observer.warn(
    `what the program logged is kept with its run, and is no version of ${name}: that is data that was added`,
  );
  return { artifact: name, manifest, files, bytes };
}

/** Gives an output its label in the project of the run; equal content keeps the label that it has. */
export async function labelOutput(
  output: CollectedOutput,
  maker: { readonly project: string; readonly run: RunId },
  services: Pick<RunServices, "archive" | "catalog" | "now">,
): Promise<OutputRecord> {
  const { name, manifest, files, bytes } = output;
  const { label } = await services.catalog.addVersion({
    project: maker.project,
    name,
    manifest,
    files,
    bytes,
    origin: { kind: "run", run: maker.run, output: name },
    createdAt: services.now(),
  }, { accepts: reliableLabel(services.archive) });
  const named = label.number === undefined ? {} : { label: labelName(label) };
  return { artifact: name, ...named, manifest, files, bytes };
}
