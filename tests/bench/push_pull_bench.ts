import { dvcEnvironment } from "../support/dvc_remote.ts";
import { type AeroServer, aeroServer } from "./aero_server.ts";
import type { Bench, BenchContext, Row } from "./bench.ts";
import { run, succeeds, time } from "./process.ts";
import { createRepository, environmentYaml } from "./project.ts";
import { interleave, median, ratios } from "./rounds.ts";

/** A data set, and how it is told in rows. */
interface DataSet {
  readonly name: string;
  readonly files: number;
  readonly fileBytes: number;
  readonly rounds: number;
}

/** Seconds of sending and of fetching, round by round. */
interface Measured {
  readonly push: number[];
  readonly pull: number[];
}

/** Sending data to the server and fetching it on a machine that has none of it. */
export const pushPullBench: Bench = {
  name: "push-pull",
  question: "What do `aero push` and `aero pull` of large and of many files cost beside DVC and rclone?",
  async run(context) {
    const { quick } = context;
    const sets: DataSet[] = quick
      ? [
        { name: "100 MB in 10 files", files: 10, fileBytes: 10_000_000, rounds: 1 },
        { name: "500 files of 4 KiB", files: 500, fileBytes: 4096, rounds: 1 },
      ]
      : [
        { name: "5 GB in 20 files", files: 20, fileBytes: 250_000_000, rounds: 1 },
        { name: "20000 files of 4 KiB", files: 20_000, fileBytes: 4096, rounds: 3 },
      ];
    await using server = await aeroServer(context);
    const rows: Row[] = [];
    for (const set of sets) {
      context.note(set.name);
      rows.push(...await measureSet(context, server, set));
    }
    return rows;
  },
};

async function measureSet(context: BenchContext, server: AeroServer, set: DataSet): Promise<Row[]> {
  const data = `${context.directory}/data`;
  await Deno.mkdir(data);
  for (let i = 0; i < set.files; i++) await writeRandom(`${data}/${i}.bin`, set.fileBytes);
  const found: Record<string, Measured> = { aero: { push: [], pull: [] } };
  const contenders: Record<string, () => Promise<number>> = {
    aero: () => byAero(context, server, data, found.aero!),
  };
  const dvc = await context.peers.program("dvc-s3");
  if (dvc !== undefined) {
    found.dvc = { push: [], pull: [] };
    contenders.dvc = () => byDvc(dvc, context, server, data, found.dvc!);
  }
  if (await succeeds(["rclone", "version"])) {
    found.rclone = { push: [], pull: [] };
    contenders.rclone = () => byRclone(context, server, data, found.rclone!);
  } else context.note("left out: rclone, which is not installed");
  await interleave(set.rounds, contenders, { warmUp: false });
  await Deno.remove(data, { recursive: true });
  return rowsOf(set, found);
}

function rowsOf(set: DataSet, found: Readonly<Record<string, Measured>>): Row[] {
  return (["push", "pull"] as const).flatMap((way) => {
    const seconds = Object.entries(found).map(([name, measured]): Row => ({
      what: `${way} ${set.name}: ${name}`,
      value: median(measured[way]),
      unit: "s",
      rounds: measured[way],
    }));
    const others = Object.entries(found).filter(([name]) => name !== "aero");
    const compared = others.map(([name, measured]): Row => {
      const rounds = ratios(found.aero![way], measured[way]);
      // Three times as quick as DVC, and level with rclone.
      const atMost = name === "dvc" ? 1 / 3 : 1.1;
      return { what: `${way} ${set.name}: aero / ${name}`, value: median(rounds), unit: "×", rounds, atMost };
    });
    return [...seconds, ...compared];
  });
}

/** Adds offline, then sends; and fetches with an empty cache. */
async function byAero(
  context: BenchContext,
  server: AeroServer,
  data: string,
  { push, pull }: Measured,
): Promise<number> {
  const prefix = `aero-${push.length}-${crypto.randomUUID().slice(0, 8)}`;
  const project = `${context.directory}/project`;
  const { endpoint, region, accessKey, secret } = server.address;
  const storage =
    `{ use: s3, bucket: ${server.bucket}, endpoint: "${endpoint}", region: ${region}, prefix: ${prefix} }`;
  const env = { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secret };
  await createRepository(project, {
    "aero.yaml": `project: bench\nstorage: ${storage}\n${environmentYaml(undefined)}` +
      `stages:\n  nothing: { command: "true", inputs: { data: bench } }\n`,
  });
  const sender = context.aero.withHome(`${context.directory}/sender`);
  const receiver = context.aero.withHome(`${context.directory}/receiver`);
  const options = { cwd: project, env, signal: context.signal };
  await sender.run(["--offline", "data", "add", data, "--name", "bench"], options).catch(unlessItWaits);
  await settle(context);
  push.push(await sender.time(["push"], options));
  await settle(context);
  pull.push(await receiver.time(["pull", "bench"], options));
  for (const name of ["project", "sender", "receiver"]) await removeAll(`${context.directory}/${name}`);
  return push.at(-1)!;
}

/** Exit code 3 says that something waits to be sent, which is what is wanted. */
function unlessItWaits(error: Error): void {
  if (!error.message.includes("exited with 3")) throw error;
}

async function byDvc(
  dvc: string,
  context: BenchContext,
  server: AeroServer,
  data: string,
  { push, pull }: Measured,
): Promise<number> {
  const directory = `${context.directory}/dvc`;
  await Deno.mkdir(directory);
  const options = { cwd: directory, env: dvcEnvironment(server.address, directory), signal: context.signal };
  const call = (...args: string[]) => time([dvc, ...args], options);
  await call("init", "--no-scm", "--quiet");
  await call("remote", "add", "--default", "there", `s3://${server.bucket}/dvc-${crypto.randomUUID()}`);
  await call("remote", "modify", "there", "endpointurl", server.address.endpoint);
  await run(["cp", "--recursive", data, `${directory}/data`]);
  await call("add", "--quiet", "data");
  await settle(context);
  push.push(await call("push", "--quiet"));
  await removeAll(`${directory}/.dvc/cache`);
  await removeAll(`${directory}/data`);
  await removeAll(`${directory}/.site`);
  await settle(context);
  pull.push(await call("pull", "--quiet"));
  await removeAll(directory);
  return push.at(-1)!;
}

async function byRclone(
  context: BenchContext,
  server: AeroServer,
  data: string,
  { push, pull }: Measured,
): Promise<number> {
  const { endpoint, region, accessKey, secret } = server.address;
  const remote =
    `:s3,provider=Other,env_auth,endpoint="${endpoint}",region=${region}:${server.bucket}/rclone-` +
    crypto.randomUUID();
  const env = { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secret, AWS_CA_BUNDLE: "" };
  const target = `${context.directory}/rclone`;
  const copy = (from: string, to: string) =>
    time(["rclone", "--config=/dev/null", "--transfers=16", "--checkers=16", "copy", from, to], {
      env,
      signal: context.signal,
    });
  await settle(context);
  push.push(await copy(data, remote));
  await settle(context);
  pull.push(await copy(remote, target));
  await removeAll(target);
  return push.at(-1)!;
}

/** What one contender wrote must not be written out in the next one's time. */
async function settle({ directory }: BenchContext): Promise<void> {
  await run(["sync", "--file-system", directory]);
}

async function removeAll(path: string): Promise<void> {
  // Cached trees are read-only.
  await run(["chmod", "--recursive", "u+w", path]);
  await Deno.remove(path, { recursive: true });
}

async function writeRandom(path: string, bytes: number): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true });
  const block = new Uint8Array(65_536);
  for (let left = bytes; left > 0; left -= block.length) {
    crypto.getRandomValues(block);
    const piece = block.subarray(0, Math.min(left, block.length));
    for (let at = 0; at < piece.length;) at += await file.write(piece.subarray(at));
  }
}
