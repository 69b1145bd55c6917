import { fileURLToPath } from "node:url";
import type { ObjectServerAddress } from "./object_client.ts";
import type { ServerChildTask } from "./object_server_child.ts";

const CHILD = fileURLToPath(new URL("./object_server_child.ts", import.meta.url));
/** Not Amazon's first, of which a bucket says that it is nowhere. */
const REGION = "here";

/** Who may do everything. */
const USER = {
  name: "tester",
  accessKey: "AEROTESTER0000000001",
  secret: "aerotestersecret000000000000000000000001",
  grants: [{ bucket: "*", prefix: "", access: "write" as const }],
};

/** A server of objects that can be killed and started again over the same data. */
export class ObjectServerProcess implements AsyncDisposable {
  readonly #directory: string;
  readonly #users: ServerChildTask["users"];
  readonly #more: Pick<ServerChildTask, "publicAcls">;
  #child: Deno.ChildProcess | undefined;
  #port = 0;

  private constructor(
    directory: string,
    users: ServerChildTask["users"],
    more: Pick<ServerChildTask, "publicAcls">,
  ) {
    this.#directory = directory;
    this.#users = users;
    this.#more = more;
  }

  /** Starts one over an empty directory, which goes with it. */
  static async start(
    users: ServerChildTask["users"] = [USER],
    more: Pick<ServerChildTask, "publicAcls"> = {},
  ): Promise<ObjectServerProcess> {
    // On a disk: what is kept in memory only would flatter it.
    const directory = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "aero-objects-" });
    const server = new ObjectServerProcess(directory, users, more);
    try {
      await server.restart();
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The first user's. Of use as long as it runs; the same after a restart. */
  get address(): ObjectServerAddress {
    const { accessKey, secret } = this.#users[0]!;
    return { endpoint: `http://127.0.0.1:${this.#port}`, region: REGION, accessKey, secret };
  }

  /** Starts it again after {@link ObjectServerProcess.kill}. */
  async restart(): Promise<void> {
    const task: ServerChildTask = {
      directory: this.#directory,
      port: this.#port,
      region: REGION,
      users: this.#users,
      ...this.#more,
    };
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--allow-all", CHILD, JSON.stringify(task)],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let said = "";
    while (!said.includes("\n")) {
      const { value, done } = await reader.read();
      if (done) throw new Error("the server ended before it listened");
      said += value;
    }
    await reader.cancel();
    this.#port = Number(/^ready http:\/\/127\.0\.0\.1:(\d+)/.exec(said)![1]);
  }

  /** Ends it as nothing can prevent, and returns when it is gone. */
  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#child?.status;
    this.#child = undefined;
  }

  /** The most memory that it had so far, in bytes: `VmHWM` of proc_pid_status(5). */
  peakBytes(): number {
    const status = Deno.readTextFileSync(`/proc/${this.#child!.pid}/status`);
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.#directory, { recursive: true });
  }
}
