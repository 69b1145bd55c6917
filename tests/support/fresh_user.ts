import { parse } from "yaml";
import { AeroProcess, untilHolds } from "./aero_process.ts";
import { ObjectClient } from "./object_client.ts";

/** What `storage up` wrote for its user. */
export interface Connection {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secret: string;
  readonly caFile?: string;
}

/** A user without anything, and the servers that they start. */
export class FreshUser implements AsyncDisposable {
  readonly home = Deno.makeTempDirSync({ prefix: "aero-up-" });
  readonly env = { HOME: this.home, PATH: Deno.env.get("PATH")! };
  /** Directory of the server. */
  readonly server = `${this.home}/.local/share/aero/server`;
  readonly #started: AeroProcess[] = [];

  /** Starts `aero`, where this user is. */
  start(...args: string[]): AeroProcess {
    const aero = AeroProcess.start(args, { cwd: this.home, env: this.env });
    this.#started.push(aero);
    return aero;
  }

  /** Runs `aero` to its end. */
  async run(...args: string[]) {
    return await this.start(...args).end();
  }

  /** Starts a server in the foreground, and waits until it serves. */
  async up(...args: string[]): Promise<AeroProcess> {
    const aero = this.start("storage", "up", "--listen", "127.0.0.1:0", ...args);
    await untilHolds("it serves", () => {
      if (aero.ended) throw new RangeError("it ended");
      return JSON.parse(Deno.readTextFileSync(`${this.server}/server.json`)).pid === aero.pid;
    });
    return aero;
  }

  /** As the files say that were written. */
  connection(profile = "local"): Connection {
    const config = parse(Deno.readTextFileSync(`${this.home}/.config/aero/config.yaml`));
    const { endpoint, credentials_file: file, ca_file: caFile } = config.profiles[profile];
    const [, id, secret] = new RegExp(
      `\\[${profile}\\]\naws_access_key_id = (.*)\naws_secret_access_key = (.*)\n`,
    )
      .exec(Deno.readTextFileSync(file))!;
    return { endpoint, accessKey: id!, secret: secret!, ...(caFile === undefined ? {} : { caFile }) };
  }

  /** A client with the keys of a connection. */
  client(connection: Connection = this.connection()): ObjectClient {
    return new ObjectClient({ ...connection, region: "us-east-1" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run("storage", "down");
    await Promise.all(this.#started.map((aero) => aero.end()));
    await Deno.remove(this.home, { recursive: true });
  }
}
