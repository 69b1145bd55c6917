/** Omniboard on one database. */
export class Omniboard implements AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  readonly #process: Deno.ChildProcess;

  private constructor(process: Deno.ChildProcess, port: number) {
    this.#process = process;
    // The path that it gives a database where no file says otherwise.
    this.url = `http://127.0.0.1:${port}/sacred`;
  }

  /** Starts it, and waits until it answers. @throws {Error} if `AERO_TEST_OMNIBOARD` is not set. */
  static async start(uri: string): Promise<Omniboard> {
    const program = Deno.env.get("AERO_TEST_OMNIBOARD");
    if (program === undefined) throw new Error("AERO_TEST_OMNIBOARD is not set");
    const port = freePort();
    const process = new Deno.Command("node", {
      args: ["--no-warnings", program],
      env: { PORT: String(port), MONGO_URI: uri },
      stdout: "null",
      stderr: "null",
    }).spawn();
    const omniboard = new Omniboard(process, port);
    try {
      await omniboard.#wait();
    } catch (error) {
      await omniboard[Symbol.asyncDispose]();
      throw error;
    }
    return omniboard;
  }

  /** What it answers at a path of its REST interface. */
  // deno-lint-ignore no-explicit-any -- a foreign program's JSON
  async get(path: string): Promise<any> {
    const reply = await fetch(`${this.url}/api/v1/${path}`);
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${text}`);
    return JSON.parse(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGTERM");
    } catch {
      // It ended by itself.
    }
    await this.#process.status;
  }

  async #wait(): Promise<void> {
    const until = performance.now() + 30_000;
    for (;;) {
      try {
        await this.get("Runs/count");
        return;
      } catch (error) {
        if (performance.now() > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
