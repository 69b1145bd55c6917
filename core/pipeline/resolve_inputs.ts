import { UserError } from "../errors.ts";
import { PREFIX } from "../store/keys.ts";
import { labelName } from "../model/lineage.ts";
import { parseArtifactReference } from "../model/name.ts";
import type { InputRecord, OutputRecord } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import { reliableLabel } from "./reliable_label.ts";
import type { RunServices } from "./run_services.ts";

/** What a stage of this pipeline has made, in this command or before. */
export interface MadeOutput {
  readonly run: RunId;
  readonly output: OutputRecord;
}

/**
 * Turns the inputs of a stage, which are names that can move, into bytes that cannot.
 *
 * @param made Artifact name to what an earlier stage of the same command made; wins over what is stored.
 * @throws {UserError} `input_missing` if an artifact is neither made nor stored.
 */
export async function resolveInputs(
  stage: string,
  inputs: Readonly<Record<string, string>>,
  made: ReadonlyMap<string, MadeOutput>,
  services: Pick<RunServices, "catalog" | "archive" | "store">,
  project: string,
  warn: (text: string) => void = () => {},
): Promise<Record<string, InputRecord>> {
  const resolved: Record<string, InputRecord> = {};
  for (const [name, text] of Object.entries(inputs)) {
    const own = made.get(text);
    if (own !== undefined) {
      const { artifact, label, manifest } = own.output;
      resolved[name] = {
        artifact,
        ...(label === undefined ? {} : { label }),
        manifest,
        run: own.run,
      };
      continue;
    }
    resolved[name] = await stored({ stage, input: name, text, project, warn }, services);
  }
  return resolved;
}

interface Wanted {
  readonly stage: string;
  readonly input: string;
  /** As the config has it. */
  readonly text: string;
  readonly project: string;
  readonly warn: (text: string) => void;
}

async function stored(
  { stage, input, text, project, warn }: Wanted,
  { catalog, archive, store }: Pick<RunServices, "catalog" | "archive" | "store">,
): Promise<InputRecord> {
  const reference = parseArtifactReference(text, project);
  const { artifact } = reference;
  try {
    const label = await catalog.resolve(reference, { accepts: reliableLabel(archive) });
    const moves = reference.version.by === "latest" || reference.version.by === "alias";
    if (store.isAway && moves && label.number !== undefined) {
      const at = store.outbox!.knownAt(`${PREFIX.artifacts}${artifact.project}/${artifact.name}/`);
      warn(
        `stage ${stage} reads ${artifact.name}:${labelName(label)}, which was the one last known here${
          at === undefined ? "" : `, as of ${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`
        }`,
      );
    }
    return {
      artifact: artifact.project === project ? artifact.name : `${artifact.project}/${artifact.name}`,
      ...(label.number === undefined ? {} : { label: labelName(label) }),
      manifest: label.manifest,
      ...(label.origin.kind === "run" ? { run: label.origin.run } : {}),
    };
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== "artifact_not_found") throw error;
    throw new UserError("input_missing", {
      what: `Cannot run the stage "${stage}"`,
      why: `its input "${input}" is the artifact "${text}", which no stage makes and nobody has added`,
      fix: error.report.fix ?? [],
    }, { cause: error });
  }
}
