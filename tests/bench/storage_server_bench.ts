import { presignQuery } from "../../plugins/s3_protocol/sign_request.ts";
import { elementOf, ObjectClient, type ObjectServerAddress } from "../support/object_client.ts";
import { aeroServer } from "./aero_server.ts";
import type { Bench, Row } from "./bench.ts";
import { RequestGenerator } from "./object_requests.ts";
import { type MeasuredServer, otherServers, transfer } from "./object_servers.ts";
import { interleave, median, ratios, type Rounds } from "./rounds.ts";

const SMALL_BYTES = 4096;
const IN_FLIGHT = 16;
/** A server that was up before may have those of earlier times. */
const BUCKET = `bench-${crypto.randomUUID()}`;
const PAGE = 1000;

/** Our server of objects beside others, on this machine, with the same clients. */
export const storageServerBench: Bench = {
  name: "storage-server",
  question: "How does `aero storage up` serve large objects, small ones and long lists beside other servers?",
  async run(context) {
    const { directory, quick, note } = context;
    const ours = await aeroServer(context);
    // radosgw keeps its objects in memory here: so does one of ours.
    const memory = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "aero-bench-" });
    const inMemory = { ...await aeroServer(context, memory), name: "aero storage up, in memory" };
    const servers = [ours, inMemory, ...await otherServers(context)];
    using generator = new RequestGenerator();
    const megabytes = quick ? 8 : 64;
    const large = `${directory}/large`;
    await Deno.writeFile(large, randomBytes(megabytes * 2 ** 20));
    const small = quick ? 200 : 4000;
    const keys = quick ? 2000 : 100_000;
    try {
      for (const { address } of servers) {
        using client = new ObjectClient(address);
        await client.request({ method: "PUT", path: `/${BUCKET}` });
      }
      const body = randomBytes(SMALL_BYTES);
      const puts = requests(small, (i) => ({ method: "PUT", path: `/${BUCKET}/small/${i}`, body }));
      const gets = requests(small, (i) => ({ method: "GET", path: `/${BUCKET}/small/${i}` }));
      const tasks: Record<string, (server: MeasuredServer) => Promise<number>> = {
        [`PUT ${megabytes} MB`]: ({ address }) => transfer(presigned(address, "PUT", "large"), large),
        [`GET ${megabytes} MB`]: ({ address }) => transfer(presigned(address, "GET", "large")),
        [`PUT ${small} × 4 KB, ${IN_FLIGHT} in flight`]: ({ address }) =>
          generator.time(address, puts, IN_FLIGHT),
        [`GET ${small} × 4 KB, ${IN_FLIGHT} in flight`]: ({ address }) =>
          generator.time(address, gets, IN_FLIGHT),
      };
      const rows: Row[] = [];
      const rowsOf = (what: string, measured: Rounds<string>) =>
        compare(what, [ours.name, inMemory.name], measured);
      for (const [what, measure] of Object.entries(tasks)) {
        note(what);
        rows.push(...rowsOf(what, await inTurn(servers, quick ? 1 : 5, measure, note)));
      }
      note(`${keys} keys`);
      const fill = requests(keys, (i) => ({
        method: "PUT",
        path: `/${BUCKET}/keys/${`${i}`.padStart(6, "0")}`,
        body: new Uint8Array([i, i >> 8]),
      }));
      // The others take many minutes to be filled.
      const filled = servers.filter(({ name }) => quick || /^(aero|radosgw)/.test(name));
      for (const { address } of filled) await generator.time(address, fill, IN_FLIGHT);
      const lists = await inTurn(filled, quick ? 1 : 3, ({ address }) => listAll(address, keys), note);
      rows.push(...rowsOf(`list ${keys} keys`, lists));
      return rows;
    } finally {
      for (const server of servers) await server[Symbol.asyncDispose]();
      await Deno.remove(memory, { recursive: true });
    }
  },
};

/** A server that cannot do what is measured is left out, and it is said why. */
async function inTurn(
  servers: readonly MeasuredServer[],
  rounds: number,
  measure: (server: MeasuredServer) => Promise<number>,
  note: (text: string) => void,
): Promise<Rounds<string>> {
  const able: MeasuredServer[] = [];
  for (const server of servers) {
    try {
      await measure(server);
      able.push(server);
    } catch (error) {
      note(`left out: ${server.name}: ${(error as Error).message.split("\n")[0]}`);
    }
  }
  const contenders = able.map((server) => [server.name, () => measure(server)] as const);
  return await interleave(rounds, Object.fromEntries(contenders), { warmUp: false });
}

/** Seconds of each, and ours over each other's. */
function compare(what: string, ours: readonly string[], measured: Rounds<string>): Row[] {
  const seconds = Object.entries(measured).map(([name, rounds]): Row => ({
    what: `${what}: ${name}`,
    value: median(rounds),
    unit: "s",
    rounds,
  }));
  const others = Object.entries(measured).filter(([name]) => !ours.includes(name));
  return [
    ...seconds,
    ...ours.flatMap((own) =>
      others.map(([name, rounds]): Row => {
        const values = ratios(measured[own]!, rounds);
        const bound = name.startsWith("radosgw") ? { atMost: 1 } : {};
        return {
          what: `${what}: ${own} / ${name}`,
          value: median(values),
          unit: "×",
          rounds: values,
          ...bound,
        };
      })
    ),
  ];
}

async function listAll(address: ObjectServerAddress, expected: number): Promise<number> {
  using client = new ObjectClient(address);
  const start = performance.now();
  let found = 0;
  let token: string | undefined;
  do {
    const { body } = await client.request({
      method: "GET",
      path: `/${BUCKET}`,
      query: {
        ...(token === undefined ? {} : { "continuation-token": token }),
        "list-type": "2",
        "max-keys": `${PAGE}`,
        prefix: "keys/",
      },
    });
    found += Number(elementOf(body, "KeyCount"));
    token = elementOf(body, "NextContinuationToken");
  } while (token !== undefined);
  if (found !== expected) throw new Error(`${address.endpoint} lists ${found} keys of ${expected}`);
  return (performance.now() - start) / 1000;
}

function presigned(
  { endpoint, region, accessKey, secret }: ObjectServerAddress,
  method: string,
  key: string,
) {
  const { host } = new URL(endpoint);
  const path = `/${BUCKET}/${key}`;
  const head = { method, path, query: "", headers: [["host", host]] as const };
  const signer = { accessKeyId: accessKey, secretKey: secret, region, at: Date.now() };
  return `${endpoint}${path}?${presignQuery(head, 3600, signer)}`;
}

function requests<Request>(count: number, make: (i: number) => Request): Request[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

function randomBytes(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  // The most that the platform gives at a time.
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}
