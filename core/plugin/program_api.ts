import type { Digest } from "../model/digest.ts";
import type { JsonObject } from "../model/json.ts";
import type { LoggedFacts } from "../model/logged.ts";
import type { MetricPoint } from "../model/metric.ts";
import type { RunId } from "../model/run_id.ts";
import type { PluginContext } from "./context.ts";

/** A run as its own program may see it, and where what the program says goes. */
export interface ProgramLog {
  readonly run: RunId;
  /**
   * Equal for runs that may stand for each other, so that ids derived from it, which programs write into their files,
   * are the same in a rerun. Outside of tracked runs, the digest of the params.
   */
  readonly stageKey: Digest;
  readonly project: string;
  readonly stage: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Those of the version. */
  readonly params: JsonObject;
  /**
   * Absolute host directory, there and empty at first, for files that the program hands over: at exit 0 what lies in
   * `<name>/` belongs to the declared output of that name if the program left that empty, and all else becomes an
   * output of its own.
   */
  readonly files: string;
  /** Takes points in the order of the calls. Never throws. */
  metrics(points: readonly MetricPoint[]): void;
  /** Takes facts in the order of the calls. Never throws. */
  logged(facts: LoggedFacts): void;
}

/** Where a program reaches an API: on a private address of its run. */
export interface ProgramApiAddress {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  /** What whoever may use it sends as a bearer token. */
  readonly token: string;
}

/** One API as it is served to the program of one run. Requests may be answered at the same time. */
export interface ProgramApi extends AsyncDisposable {
  /**
   * Answers a request that carried the token; of its URL, path and query count. Never rejects; what cannot be read gets an answer that says so in the
   * API's own form.
   */
  handle(request: Request): Promise<Response>;
}

/** An API of a logging library that programs use already, served inside runs so that they need no change. */
export interface ProgramApiPlugin {
  readonly kind: "program-api";
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Python packages, by their normalised names; an image with none of them is served nothing unless the config asks. */
  readonly packages: readonly string[];
  /**
   * Names in the program's working directory that the library makes there when nobody says where it is to log; a
   * program that leaves one while it is not served has lost its logs, which is told. May be empty.
   */
  readonly leaves: readonly string[];
  /**
   * Variables by which the library finds the address; those that the project sets itself, or passes as secrets, win. A
   * project that sets one whose value holds the address's URL or token has a server of its own: it is served nothing.
   */
  variables(address: ProgramApiAddress): Readonly<Record<string, string>>;
  /** Called when the program's first request comes; not at all for a program that makes none. */
  open(log: ProgramLog, context: PluginContext): Promise<ProgramApi>;
}
