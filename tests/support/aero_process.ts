const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** Variables of this machine that engines and Deno itself need, whatever home a test gives to aero. */
function machineVariables(): Record<string, string> {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`;
  const runtime = Deno.env.get("XDG_RUNTIME_DIR");
  return {
    DENO_DIR: Deno.env.get("DENO_DIR") ?? `${cache}/deno`,
    DENO_NO_UPDATE_CHECK: "1",
    ...(runtime === undefined ? {} : { XDG_RUNTIME_DIR: runtime }),
  };
}

/** How aero left, and what it said. */
export interface AeroEnd {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly out: string;
  readonly err: string;
}

/** Where a command is typed. */
export interface AeroPlace {
  readonly cwd: string;
  /** All variables that it sees. */
  readonly env: Readonly<Record<string, string>>;
  /** A program in place of `aero`. */
  readonly main?: string;
  /** A command that starts others, and its arguments: `["nsenter", "--net=…"]`. */
  readonly via?: readonly string[];
}

/** One command of aero in a process of its own, which can be killed. */
export class AeroProcess {
  readonly pid: number;
  readonly #child: Deno.ChildProcess;
  readonly #out: Promise<string>;
  readonly #err: Promise<string>;
  #ended = false;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.pid = child.pid;
    this.#out = new Response(child.stdout).text();
    this.#err = new Response(child.stderr).text();
  }

  /** Starts `aero`, or another program in its place, with no variables but these. */
  static start(args: readonly string[], place: AeroPlace): AeroProcess {
    const [program, ...before] = [...place.via ?? [], Deno.execPath()];
    return new AeroProcess(
      new Deno.Command(program!, {
        args: [...before, "run", "-A", "--no-check", "--config", CONFIG, place.main ?? MAIN, ...args],
        cwd: place.cwd,
        env: { ...place.env, ...machineVariables() },
        clearEnv: true,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn(),
    );
  }

  /** Runs `aero` to its end. */
  static run(args: readonly string[], place: AeroPlace): Promise<AeroEnd> {
    return AeroProcess.start(args, place).end();
  }

  /** Whether it has ended and was waited for. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Sends a signal; one that has ended is left in peace. */
  kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Waits for its end. */
  async end(): Promise<AeroEnd> {
    const { code, signal } = await this.#child.status;
    this.#ended = true;
    return { code, signal, out: await this.#out, err: await this.#err };
  }
}

/** Waits until something holds; what it throws counts as not yet. Gives up after a minute. */
export async function untilHolds(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const until = performance.now() + 60_000;
  for (;;) {
    if (await Promise.resolve().then(holds).catch(() => false)) return;
    if (performance.now() > until) throw new RangeError(`Waited for a minute until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
