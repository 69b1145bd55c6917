import { isRunId, type RunId } from "../model/run_id.ts";

/** Where a project keeps what can be lost without losing a finished run: journals of runs, work, the index. */
export class StateDirectory {
  /** Absolute path of `.aero`. */
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Makes the directory, with a `.gitignore` that keeps all of it out of commits. */
  prepare(): void {
    Deno.mkdirSync(`${this.path}/runs`, { recursive: true });
    Deno.mkdirSync(`${this.path}/alive`, { recursive: true });
    try {
      Deno.writeTextFileSync(`${this.path}/.gitignore`, "*\n", { createNew: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }

  get indexPath(): string {
    return `${this.path}/index.db`;
  }

  run(run: RunId): RunDirectory {
    return new RunDirectory(this.path, run);
  }

  /** Runs that are not recorded yet, alive or not, in no order. */
  unrecorded(): RunId[] {
    try {
      return [...Deno.readDirSync(`${this.path}/alive`)].map((entry) => entry.name).filter(isRunId);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }
}

/** The files of one run. */
export class RunDirectory {
  /** Journal and logs; stays. */
  readonly path: string;
  /** What the program sees; removed when the run has ended. */
  readonly work: string;

  /** Locked by whoever looks after the run; gone when the run is recorded. */
  readonly heartbeat: string;

  constructor(state: string, run: RunId) {
    this.path = `${state}/runs/${run}`;
    this.work = `${state}/work/${run}`;
    this.heartbeat = `${state}/alive/${run}`;
  }

  get journal(): string {
    return `${this.path}/journal.jsonl`;
  }
  get stdout(): string {
    return `${this.path}/stdout.log`;
  }
  get stderr(): string {
    return `${this.path}/stderr.log`;
  }
  get code(): string {
    return `${this.work}/code`;
  }
  /** Mount points, or links, one for each input. */
  get inputs(): string {
    return `${this.work}/inputs`;
  }
  get outputs(): string {
    return `${this.work}/outputs`;
  }
  /** Inputs for which the cache has no room. */
  get trees(): string {
    return `${this.work}/trees`;
  }
  /** Params and metrics. */
  get exchange(): string {
    return `${this.work}/run`;
  }
  /** What a container reaches APIs by: a socket, and what relays to it. */
  get api(): string {
    return `${this.work}/api`;
  }
  /** Files that the program handed over to APIs: a directory for each that was. */
  get logged(): string {
    return `${this.work}/logged`;
  }
  /** The `aero` module and command that programs find. */
  get program(): string {
    return `${this.work}/program`;
  }
  get metrics(): string {
    return `${this.work}/run/metrics.jsonl`;
  }

  /** Makes both directories. */
  create(outputs: readonly string[]): void {
    Deno.mkdirSync(this.path, { recursive: true });
    Deno.mkdirSync(this.exchange, { recursive: true });
    Deno.mkdirSync(this.outputs, { recursive: true });
    for (const name of outputs) Deno.mkdirSync(`${this.outputs}/${name}`);
  }

  /** Removes all of the run; for one of which nothing was recorded. */
  async remove(): Promise<void> {
    await this.removeWork();
    await removeTree(this.path);
  }

  /** Removes the work directory; does nothing if it is gone. */
  async removeWork(): Promise<void> {
    await removeTree(this.work);
  }
}

/** Removes a tree in which directories may be read-only; does nothing if it is gone. */
export async function removeTree(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    makeWritable(path);
    await Deno.remove(path, { recursive: true });
  }
}

function makeWritable(path: string): void {
  Deno.chmodSync(path, 0o755);
  for (const entry of Deno.readDirSync(path)) {
    if (entry.isDirectory) makeWritable(`${path}/${entry.name}`);
  }
}
