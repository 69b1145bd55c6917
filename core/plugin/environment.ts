import { AeroError, type ErrorKind, type ErrorReport, UserError } from "../errors.ts";
import type { Digest } from "../model/digest.ts";
import type { NetworkMode } from "../model/experiment_version.ts";
import type { Limits, ProgramExit } from "../model/run.ts";
import type { OperationOptions } from "./context.ts";

declare const brand: unique symbol;

/** A name of an image that can move: `python:3.12-slim`, `registry/name@sha256:…`. */
export type ImageReference = string & { readonly [brand]: "ImageReference" };

/** An image's config digest ("image id"): it cannot move. */
export type ImageDigest = Digest & { readonly [brand]: "ImageDigest" };

/**
 * The image of a version, a record or a lock file: `resolve` or `build` gave that digest once.
 */
export function recordedImage(holder: { readonly image: Digest }): ImageDigest {
  return holder.image as ImageDigest;
}

// distribution reference grammar, lower-case path; no leading dash, so that it is never taken for a flag.
const REFERENCE =
  /^(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]+)?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

/**
 * Reads an image reference.
 *
 * @throws {UserError} `image_reference_invalid`.
 */
export function parseImageReference(text: string): ImageReference {
  if (REFERENCE.test(text) && text.length <= 512) return text as ImageReference;
  throw new UserError("image_reference_invalid", {
    what: `Cannot read ${JSON.stringify(text)} as the name of an image`,
    fix: ["write it like `python:3.12-slim` or `registry.example/team/image:tag`"],
  });
}

/** Why an environment did not do what was asked. */
export type EnvironmentErrorCode =
  | "engine_unavailable"
  | "image_not_found"
  | "image_mismatch"
  | "build_failed"
  | "container_refused"
  | "engine_adds"
  | "unsupported"
  | "closed";

/** An environment's failure. That a program exits with 1 is a value, not this. */
export class EnvironmentError extends AeroError {
  readonly kind: ErrorKind = "outside";
  declare readonly code: EnvironmentErrorCode;

  constructor(code: EnvironmentErrorCode, report: ErrorReport, options?: ErrorOptions) {
    super(code, report, options);
  }
}

/** A host directory or file that the program sees. On the host environment it must already lie at `target`. */
export interface Mount {
  /** Absolute host path. */
  readonly source: string;
  /** Absolute path inside. */
  readonly target: string;
  readonly writable: boolean;
}

/** A program to run, whatever it is run in. */
export interface ProgramSpec {
  /** Labels the container, so that it can be found after a crash. */
  readonly runId: string;
  /** Program and arguments; passed as they are, no shell between. */
  readonly command: readonly string[];
  /** All variables that the program sees, beside those that the image sets. */
  readonly env: Readonly<Record<string, string>>;
  /** Variables whose values must not be seen on a command line. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Absolute path inside. */
  readonly workingDirectory: string;
  readonly limits: Limits;
}

/** A program in a container. */
export interface ContainerSpec extends ProgramSpec {
  readonly image: ImageDigest;
  readonly mounts: readonly Mount[];
  readonly network: NetworkMode;
  /** Extra engine flags, in order, before the image. */
  readonly runArgs: readonly string[];
  /** Directories put before the image's own PATH. */
  readonly pathPrefix: readonly string[];
}

/** Where the program's streams go. */
export interface RunOptions extends OperationOptions {
  /** Called with each piece as it comes; in order per stream. */
  readonly onStdout: (bytes: Uint8Array) => void;
  readonly onStderr: (bytes: Uint8Array) => void;
  /** Attach the terminal in place of the callbacks: for `aero shell`. */
  readonly interactive?: boolean;
  /** Time between SIGTERM, at a terminal SIGHUP, and SIGKILL when `signal` aborts. Default 10,000. */
  readonly graceMs?: number;
}

/** What an engine knows of an image. */
export interface ImageDescription {
  readonly id: ImageDigest;
  /** `os/architecture`. */
  readonly platform: string;
  /** Digests of the uncompressed layers, lowest first. */
  readonly diffIds: readonly Digest[];
  /** Bytes. */
  readonly size: number;
  readonly env: Readonly<Record<string, string>>;
}

/** What an image is built from. */
export interface BuildSource {
  /** Absolute path of the Dockerfile. */
  readonly dockerfile: string;
  /** Absolute path of the directory whose files `COPY` may take. */
  readonly context: string;
  /** Build arguments. */
  readonly args: Readonly<Record<string, string>>;
  /** Name to give the result. */
  readonly tag: ImageReference;
}

/** What an environment can do. */
export interface EnvironmentCapabilities {
  readonly gpus: boolean;
  readonly networkNone: boolean;
  readonly rootless: boolean;
  /** Whether limits on processors and memory hold; where not, a program with such a limit is refused. */
  readonly limits: boolean;
}

/** One engine that runs commands in images. Calls may be made at the same time. */
export interface ContainerEnvironment extends AsyncDisposable {
  readonly kind: "container";
  /** `podman 4.3.1`. */
  readonly engine: string;
  readonly capabilities: EnvironmentCapabilities;
  /** Whether a Dockerfile may name a base by its digest alone, `FROM sha256:…`; if not, bases need names. */
  readonly buildsOnDigests: boolean;

  /**
   * Turns a name that can move into a digest that cannot; pulls the image only if the engine lacks it.
   * @throws {EnvironmentError} `image_not_found`, `engine_unavailable`.
   */
  resolve(reference: ImageReference, options?: OperationOptions): Promise<ImageDigest>;

  /**
   * `undefined` if the engine does not have the image.
   * @throws {EnvironmentError} `engine_unavailable`.
   */
  inspect(image: ImageDigest, options?: OperationOptions): Promise<ImageDescription | undefined>;

  /**
   * Gives an image that the engine has a further name; a name that stood for another image moves. Twice is the
   * same as once. A reference by digest is no name that can be given.
   * @throws {EnvironmentError} `image_not_found`, `engine_unavailable`.
   */
  tag(image: ImageDigest, reference: ImageReference, options?: OperationOptions): Promise<void>;

  /**
   * Builds an image. `onOutput` gets what the build prints.
   * @throws {EnvironmentError} `build_failed` with the last lines of the build, `engine_unavailable`.
   */
  build(
    source: BuildSource,
    options: OperationOptions & { readonly onOutput: (bytes: Uint8Array) => void },
  ): Promise<ImageDigest>;

  /**
   * The image as a docker-archive: a tar with `manifest.json`, the config and uncompressed layers.
   * Cancelling the stream stops the engine's work.
   * @throws {EnvironmentError} `image_not_found`, `engine_unavailable`; also while the stream is read.
   */
  save(image: ImageDigest, options?: OperationOptions): Promise<ReadableStream<Uint8Array>>;

  /**
   * Takes in a docker-archive and checks that it holds `image`.
   * @throws {EnvironmentError} `image_mismatch`, `engine_unavailable`.
   */
  load(image: ImageDigest, archive: ReadableStream<Uint8Array>, options?: OperationOptions): Promise<void>;

  /**
   * Runs a program to its end. Nothing of the program runs afterwards, and its container is gone at the latest when
   * the environment is closed. An abort comes out as the reason that went in once the container is gone.
   * @throws {EnvironmentError} `image_not_found`, `container_refused`, `engine_unavailable`; `unsupported` if a limit
   *   would not hold; `engine_adds` if the engine is set up to show programs more than they were given.
   */
  run(spec: ContainerSpec, options: RunOptions): Promise<ProgramExit>;

  /** Removes containers of a run that outlived their aero; how many there were. */
  removeLeftovers(runId: string, options?: OperationOptions): Promise<number>;
}

/** The host itself: programs run where aero runs, in files laid out for them. */
export interface HostEnvironment extends AsyncDisposable {
  readonly kind: "host";
  readonly capabilities: EnvironmentCapabilities;

  /**
   * Runs a program in its own process group and ends the whole group with it.
   * @throws {EnvironmentError} `container_refused` if the program cannot be started; `unsupported` if a limit would
   *   not hold.
   */
  run(spec: ProgramSpec, options: RunOptions): Promise<ProgramExit>;

  /** Ends processes of a run that outlived their aero; how many there were. */
  removeLeftovers(runId: string, options?: OperationOptions): Promise<number>;
}

/** Either kind; the `kind` tells them apart. */
export type Environment = ContainerEnvironment | HostEnvironment;
