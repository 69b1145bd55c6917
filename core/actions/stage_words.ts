/** Positional words of commands that take stages and params. */
export interface StageWords {
  readonly stages: readonly string[];
  /** `name=value`, as typed. */
  readonly overrides: readonly string[];
}

/** Tells names of stages from `name=value`: no name of a stage has an equals sign. */
export function splitWords(words: readonly string[]): StageWords {
  return {
    stages: words.filter((word) => !word.includes("=")),
    overrides: words.filter((word) => word.includes("=")),
  };
}

/** What is said where a pipeline is to be run and config has none. */
export const NO_STAGES = "aero.yaml has no stages: nothing was run";
