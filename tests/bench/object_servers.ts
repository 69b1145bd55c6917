import { ceph } from "../../scripts/services/ceph.ts";
import type { ObjectServerAddress } from "../support/object_client.ts";
import type { BenchContext } from "./bench.ts";
import { run, succeeds } from "./process.ts";

const STARTS_WITHIN_MS = 30_000;
const S3RVER = "s3rver@3.7.1";

/** A server of objects that is measured. */
export interface MeasuredServer extends AsyncDisposable {
  readonly name: string;
  readonly address: ObjectServerAddress;
}

/** Other servers of objects that can be had here; what cannot is left out, and it is said why. */
export async function otherServers(context: BenchContext): Promise<MeasuredServer[]> {
  const opened = [await radosgw(context), await moto(context), await s3rver(context)];
  return opened.filter((server) => server !== undefined);
}

async function radosgw({ note }: BenchContext): Promise<MeasuredServer | undefined> {
  const wasUp = await ceph.status() !== undefined;
  try {
    const { what, variables } = await ceph.up(note);
    return {
      name: what,
      address: {
        endpoint: variables.AERO_TEST_CEPH_ENDPOINT!,
        region: variables.AERO_TEST_CEPH_REGION!,
        accessKey: variables.AERO_TEST_CEPH_ACCESS_KEY!,
        secret: variables.AERO_TEST_CEPH_SECRET!,
      },
      async [Symbol.asyncDispose]() {
        if (!wasUp) await ceph.down();
      },
    };
  } catch (error) {
    note(`left out: radosgw: ${(error as Error).message.split("\n")[0]}`);
    return undefined;
  }
}

async function moto({ peers }: BenchContext): Promise<MeasuredServer | undefined> {
  const program = await peers.program("moto");
  if (program === undefined) return undefined;
  const port = freePort();
  return await start("moto", [program, "-H", "127.0.0.1", "-p", `${port}`], port, "key", "secret");
}

async function s3rver({ directory, note }: BenchContext): Promise<MeasuredServer | undefined> {
  const place = `${directory}/s3rver`;
  await Deno.mkdir(`${place}/data`, { recursive: true });
  if (!await succeeds(["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", place, S3RVER])) {
    note(`left out: ${S3RVER}, which npm cannot install`);
    return undefined;
  }
  const port = freePort();
  const words = ["--silent", "-a", "127.0.0.1", "-p", `${port}`, "-d", `${place}/data`];
  return await start("s3rver", [`${place}/node_modules/.bin/s3rver`, ...words], port, "S3RVER", "S3RVER");
}

/** A port that nobody listens on. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function start(
  name: string,
  [program, ...args]: readonly string[],
  port: number,
  accessKey: string,
  secret: string,
): Promise<MeasuredServer> {
  const child = new Deno.Command(program!, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
  const server = {
    name,
    address: { endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", accessKey, secret },
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
    },
  };
  try {
    await untilAnswers(port);
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/** Waits for somebody to listen. */
export async function untilAnswers(port: number): Promise<void> {
  const until = performance.now() + STARTS_WITHIN_MS;
  for (;;) {
    try {
      return (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused) || performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Sends a file, or fetches an object and throws it away, with curl. @returns Seconds. */
export async function transfer(url: string, file?: string): Promise<number> {
  const options = ["--silent", "--show-error", "--fail", "--noproxy", "*", "--output", "/dev/null"];
  const body = file === undefined ? [] : ["--header", "expect:", "--upload-file", file];
  const { stdout } = await run(["curl", ...options, "--write-out", "%{time_total}", ...body, url]);
  return Number(stdout);
}
