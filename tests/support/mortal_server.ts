import { untilHolds } from "./aero_process.ts";
import { TcpGate } from "./tcp_gate.ts";

/** A program that serves on a port of 127.0.0.1, for being killed. */
export interface ServerProgram {
  command(port: number): readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Rejects, or resolves to false, while it does not answer at `port`. */
  answers(port: number): Promise<boolean>;
}

/** A server of others that is killed and started again, and is always found at the same port while it lives. */
export class MortalServer implements AsyncDisposable {
  readonly #program: ServerProgram;
  readonly #gate = new TcpGate({ hostname: "127.0.0.1", port: 0 });
  #child: Deno.ChildProcess | undefined;

  constructor(program: ServerProgram) {
    this.#program = program;
  }

  /** Where clients find it. */
  get port(): number {
    return this.#gate.port;
  }

  /** Starts it with what it had; resolves when it answers. */
  async start(): Promise<void> {
    const port = freePort();
    const [program, ...args] = this.#program.command(port);
    // In a group of its own: servers have workers, which would outlive them.
    this.#child = new Deno.Command("setsid", {
      args: [program!, ...args],
      env: { ...this.#program.env },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await untilHolds(`${program} answers`, () => this.#program.answers(port));
    this.#gate.target = { hostname: "127.0.0.1", port };
    this.#gate.reopen();
  }

  /** Kills it and all that it started, at once. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    const { success } = await new Deno.Command("kill", { args: ["-KILL", "--", `-${child.pid}`] }).output();
    if (!success) child.kill("SIGKILL");
    await child.status;
    await this.#gate.shut();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.#gate[Symbol.asyncDispose]();
  }
}

/** A port that was free a moment ago. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
