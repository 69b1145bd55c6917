import type { BenchContext } from "./bench.ts";
import type { MeasuredServer } from "./object_servers.ts";

/** What `aero storage up --json` says first. */
interface Started {
  readonly url: string;
  readonly credentialsFile: string;
  readonly options: { readonly region: string; readonly bucket: string };
}

/** `aero storage up` of the binary that is measured, and the profile by which that aero reaches it. */
export interface AeroServer extends MeasuredServer {
  readonly profile: string;
  /** That it made. */
  readonly bucket: string;
}

/** Starts it over an empty directory, below the bench's if no other is named. */
export async function aeroServer(context: BenchContext, data?: string): Promise<AeroServer> {
  const directory = data ?? `${context.directory}/aero-server`;
  const aero = data === undefined ? context.aero : context.aero.withHome(`${data}/home`);
  const child = new Deno.Command(aero.binary, {
    args: ["storage", "up", "--json", "--listen", "127.0.0.1:0", "--data", `${directory}/data`],
    env: { ...aero.env },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream());
  const started = JSON.parse(await firstLine(lines)) as Started;
  const credentials = await Deno.readTextFile(started.credentialsFile);
  const entry = (name: string) => new RegExp(`^${name}\\s*=\\s*(\\S+)$`, "m").exec(credentials)![1]!;
  return {
    name: "aero storage up",
    profile: "local",
    bucket: started.options.bucket,
    address: {
      endpoint: started.url,
      region: started.options.region,
      accessKey: entry("aws_access_key_id"),
      secret: entry("aws_secret_access_key"),
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
    },
  };
}

/** The first line; what follows is read and dropped, so that the program never waits. */
async function firstLine(stream: ReadableStream<string>): Promise<string> {
  const reader = stream.getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the server ended after it said ${JSON.stringify(text)}`);
    text += value;
  }
  void (async () => {
    while (!(await reader.read()).done);
  })();
  return text.slice(0, text.indexOf("\n"));
}
