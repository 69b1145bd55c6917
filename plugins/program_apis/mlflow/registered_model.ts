/** What MLflow calls how far a version of a model has come. */
export const STAGES = ["None", "Staging", "Production", "Archived"] as const;

/** One of {@link STAGES}. */
export type Stage = typeof STAGES[number];

/** A name of models, and the versions that it has. */
export interface RegisteredModel {
  name: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  updatedAt: number;
  description: string;
  readonly tags: Map<string, string>;
  /** Numbers of versions. */
  readonly aliases: Map<string, number>;
  /** By number, in their order. */
  readonly versions: Map<number, ModelVersion>;
  /** The number that was given last: none is given twice. */
  lastNumber: number;
}

/** A version of a registered model: which files it is. */
export interface ModelVersion {
  readonly model: RegisteredModel;
  /** Counted from 1. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  updatedAt: number;
  description: string;
  stage: Stage;
  /** Where its files are, in the program's words. */
  readonly source: string;
  /** The same where the program can get them; a source that is a model itself is followed. */
  readonly storage: string;
  readonly runId: string | undefined;
  readonly runLink: string | undefined;
  /** Of the logged model that it is. */
  readonly modelId: string | undefined;
  readonly tags: Map<string, string>;
}

/** Aliases of a version, in the order in which they were set. */
export function aliasesOf({ model, number }: ModelVersion): readonly string[] {
  return [...model.aliases].filter(([, aliased]) => aliased === number).map(([alias]) => alias);
}

/** The newest version of each stage that has one, in the order of the stages. */
export function latestVersions(
  model: RegisteredModel,
  stages: readonly Stage[] = STAGES,
): readonly ModelVersion[] {
  const latest = new Map<Stage, ModelVersion>();
  for (const version of model.versions.values()) latest.set(version.stage, version);
  return stages.flatMap((stage) => latest.get(stage) ?? []);
}
