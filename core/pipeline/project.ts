import type { ProjectConfig } from "../config/project_config.ts";
import type { Secret } from "../config/secret.ts";
import type { Environment, ImageDigest } from "../plugin/environment.ts";
import type { Repository } from "../source/repository.ts";
import type { OpenSource } from "../store/imports.ts";
import type { RunServices } from "./run_services.ts";

/** What config asks for as an environment; opened when first needed, and only once. */
export interface EnvironmentChoice {
  /** Known without asking an engine. */
  readonly kind: Environment["kind"];
  /**
   * @param first The image that will be inspected first, if it is known.
   * @throws {EnvironmentError} `engine_unavailable`.
   */
  open(first?: ImageDigest): Promise<Environment>;
}

/** A project that is open: its place, its settings and its stores. */
export interface Project {
  /** Absolute path of the directory of aero.yaml. */
  readonly directory: string;
  /** Whether there is no project here: only the storage that the user chose. */
  readonly outside: boolean;
  /** Absolute path; all in it can be made again. */
  readonly cacheDirectory: string;
  /** As aero.yaml in the worktree says, with flags, variables and user config over it. */
  readonly config: ProjectConfig;
  readonly services: RunServices;
  /** Opens a place outside the storage that data comes from; the project closes it. */
  readonly openSource: OpenSource;
  /** @param use Name of an environment plugin, or `auto`. */
  environment(use: string): EnvironmentChoice;
  /** @throws {UserError} `not_a_repository`, …. */
  repository(): Promise<Repository>;
  /** Reads the aero.yaml of a commit with the same flags, variables and user config over it. */
  configFrom(text: string, name: string): Promise<ProjectConfig>;
  /**
   * The values of secrets, by name.
   * @throws {UserError} `secret_missing` naming all that are not set.
   */
  secrets(names: readonly string[]): Readonly<Record<string, Secret>>;
  /** Variables of the user that programs on the host see. */
  readonly hostVariables: Readonly<Record<string, string>>;
}
