import type { Digest } from "./digest.ts";
import type { Params } from "./params.ts";

/** The image that a stage runs in, and all that the engine is told beside it. */
export interface ContainerIdentity {
  readonly kind: "container";
  /** The image's config digest: the one digest that is equal across engines, registries and archives. */
  readonly image: Digest;
  /** `os/architecture` as OCI writes it. */
  readonly platform: string;
  /** Variables set for the program, beside those of the run contract. */
  readonly env: Readonly<Record<string, string>>;
  readonly network: NetworkMode;
  /** Extra engine flags, in order. */
  readonly runArgs: readonly string[];
}

/** The host itself: described, not kept. */
export interface HostIdentity {
  readonly kind: "host";
  readonly platform: string;
  readonly env: Readonly<Record<string, string>>;
}

/** How much of the network a program sees. `none` has a loopback device only. */
export type NetworkMode = "none" | "host" | "bridge";

/** Which bytes an input has. */
export interface InputIdentity {
  /** As the project names it: `name` or `project/name`. */
  readonly artifact: string;
  /** Digest of the manifest. */
  readonly digest: Digest;
}

/** The code of a version. */
export interface CodeIdentity {
  /** Object id of the commit: 40 hex digits, or 64 in a SHA-256 repository. */
  readonly commit: string;
  /** Object id of the commit's root tree. */
  readonly tree: string;
  /** Where the project stands in the repository; absent at the root. */
  readonly directory?: string;
}

/**
 * What would be run. Its id is the digest of its canonical JSON, so that equal commit, image, inputs, params and
 * command give equal ids. Times, people, branches, labels and host paths are not in it.
 */
export interface ExperimentVersion {
  readonly schema: "aero/experiment-version@1";
  readonly project: string;
  readonly stage: string;
  readonly code: CodeIdentity;
  readonly environment: ContainerIdentity | HostIdentity;
  /** By the name that the stage gives the input; may be empty. */
  readonly inputs: Readonly<Record<string, InputIdentity>>;
  readonly params: Params;
  /** The program and its arguments, after substitution; never empty. */
  readonly command: readonly string[];
}

/**
 * What a stage's result depends on: a version whose commit is replaced by the object ids of the paths that the
 * stage declares as its code, and what is collected afterwards. The result cache is asked for its digest.
 */
export interface StageKey {
  readonly schema: "aero/stage-key@1";
  readonly project: string;
  readonly stage: string;
  /** Path in the repository to object id; `.` is the whole tree. */
  readonly code: Readonly<Record<string, string>>;
  readonly directory?: string;
  readonly environment: ContainerIdentity | HostIdentity;
  readonly inputs: Readonly<Record<string, InputIdentity>>;
  readonly params: Params;
  readonly command: readonly string[];
  readonly outputs: readonly string[];
  readonly metrics?: string;
}
