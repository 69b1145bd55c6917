import type { ProgramExit } from "../../model/run.ts";
import type { NetworkMode } from "../../model/experiment_version.ts";
import type {
  ContainerEnvironment,
  Environment,
  HostEnvironment,
  ImageDigest,
  ImageReference,
  Mount,
  ProgramSpec,
  RunOptions,
} from "../environment.ts";
import { ContractBreach } from "./case.ts";

interface EnvironmentSurroundings {
  /** Absolute path of a directory that clauses may fill; the caller removes it. */
  readonly scratch: string;
  /** PATH on which a program on the host finds `sh` and the usual small tools. */
  readonly path: string;
  /** Name of a variable that the process under test has and no clause passes on. */
  readonly hostVariable: string;
  /** Opens one more of the same. */
  readonly open: () => Promise<Environment>;
  /** Opens it where its engine does not answer. */
  readonly openUnavailable: () => Promise<Environment>;
}

/** An environment under test, and what is around it. */
export type EnvironmentSubject =
  & EnvironmentSurroundings
  & (
    | {
      readonly environment: ContainerEnvironment;
      /** An image that the engine has, with `sh` and coreutils, under a name that no registry knows. */
      readonly image: ImageReference;
    }
    | { readonly environment: HostEnvironment; readonly image?: never }
  );

/** What a clause runs; what is left out is empty. */
export interface Launch {
  readonly command: readonly string[];
  readonly runId?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly limits?: ProgramSpec["limits"];
  readonly mounts?: readonly Mount[];
  readonly network?: NetworkMode;
  readonly pathPrefix?: readonly string[];
  readonly signal?: AbortSignal;
  readonly graceMs?: number;
  /** Called with stdout's pieces as they come. */
  readonly onStdout?: (bytes: Uint8Array) => void;
}

/** What came of it. */
export interface Landing {
  readonly exit: ProgramExit;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

// One process group or container that hangs must not hold up the rest for ever.
const DEADLINE_MS = 60_000;

/** Runs a program in the subject and gathers what it printed. */
export async function launch(subject: EnvironmentSubject, what: Launch): Promise<Landing> {
  const stdout: Uint8Array[] = [];
  const stderr: Uint8Array[] = [];
  const options: RunOptions = {
    onStdout: (bytes) => {
      stdout.push(bytes.slice());
      what.onStdout?.(bytes);
    },
    onStderr: (bytes) => void stderr.push(bytes.slice()),
    ...(what.signal === undefined ? {} : { signal: what.signal }),
    ...(what.graceMs === undefined ? {} : { graceMs: what.graceMs }),
  };
  const exit = await withDeadline(runIn(subject, what, options), what.command);
  return { exit, stdout: join(stdout), stderr: join(stderr) };
}

/** A run id that no other clause uses. */
export function freshRunId(): string {
  return `conformance-${crypto.randomUUID()}`;
}

/** The same by a shell script; `$1`, `$2`, … are `args`. */
export function launchScript(
  subject: EnvironmentSubject,
  script: string,
  what: Omit<Launch, "command"> & { readonly args?: readonly string[] } = {},
): Promise<Landing> {
  return launch(subject, { ...what, command: ["sh", "-c", script, "sh", ...what.args ?? []] });
}

/** The image of a subject that has one. */
export async function imageOf(
  subject: EnvironmentSubject & { readonly environment: ContainerEnvironment },
): Promise<ImageDigest> {
  if (subject.image === undefined) throw new TypeError("A container subject has an image");
  return await subject.environment.resolve(subject.image);
}

/** The subject as one with a container environment; clauses that need it skip the host. */
export function containerOf(
  subject: EnvironmentSubject,
): EnvironmentSubject & { readonly environment: ContainerEnvironment } {
  if (subject.environment.kind !== "container") throw new TypeError("This clause is for containers");
  return subject as EnvironmentSubject & { readonly environment: ContainerEnvironment };
}

/** The reason why a clause about images and containers does not apply. */
export function containersOnly(subject: EnvironmentSubject): string | undefined {
  return subject.environment.kind === "container" ? undefined : "the host has no containers";
}

async function runIn(subject: EnvironmentSubject, what: Launch, options: RunOptions): Promise<ProgramExit> {
  const { environment } = subject;
  const program = {
    runId: what.runId ?? freshRunId(),
    command: what.command,
    secrets: what.secrets ?? {},
    limits: what.limits ?? {},
  };
  if (environment.kind === "host") {
    const env = { PATH: subject.path, ...what.env };
    return await environment.run({ ...program, env, workingDirectory: subject.scratch }, options);
  }
  return await environment.run({
    ...program,
    image: await imageOf(containerOf(subject)),
    env: what.env ?? {},
    workingDirectory: "/tmp",
    mounts: what.mounts ?? [],
    network: what.network ?? "none",
    runArgs: [],
    pathPrefix: what.pathPrefix ?? [],
  }, options);
}

async function withDeadline<T>(work: Promise<T>, command: readonly string[]): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new ContractBreach(`${JSON.stringify(command)} was not over after ${DEADLINE_MS} ms`)),
      DEADLINE_MS,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
