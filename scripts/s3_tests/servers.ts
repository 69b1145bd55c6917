import { CEPH_PLACE } from "../services/ceph.ts";
import { CEPH20_PLACE } from "../services/ceph20.ts";
import { addUser, endpointOf, isUp } from "../services/ceph_cluster.ts";
import type { CephPlace } from "../services/ceph_conf.ts";
import { ObjectServerProcess } from "../../tests/support/object_server_process.ts";
import { ROLES } from "./roles.ts";

/** A server that knows everybody of the suite. */
export interface TestedServer extends AsyncDisposable {
  readonly endpoint: string;
  readonly region: string;
  /** Tests that would end it. */
  readonly leaveOut: readonly string[];
}

/** Takes a server that is up, or starts one that ends with this. */
export async function openServer(name: string): Promise<TestedServer> {
  switch (name) {
    case "aero":
      return await startAero();
    case "ceph":
      // It asserts that no key is decoded twice, and does decode twice.
      return await openCeph(name, CEPH_PLACE, ["upload_part_copy_percent_encoded_key"]);
    case "ceph20":
      return await openCeph(name, CEPH20_PLACE, []);
    default:
      throw new Error(`there is no server ${name}; there are aero, ceph, ceph20`);
  }
}

async function startAero(): Promise<TestedServer> {
  // Each may make buckets, and what others made is theirs. Many tests make a bucket public that need not be.
  const grants = [{ bucket: "@owned", prefix: "", access: "write" as const }];
  const users = ROLES.map(({ userId, accessKey, secret }) => ({ name: userId, accessKey, secret, grants }));
  const server = await ObjectServerProcess.start(users, { publicAcls: "ignore" });
  const { endpoint, region } = server.address;
  return { endpoint, region, leaveOut: [], [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function openCeph(name: string, place: CephPlace, leaveOut: readonly string[]): Promise<TestedServer> {
  if (!await isUp(place)) throw new Error(`deno task services up ${name} comes first`);
  for (const { userId, accessKey, secret, tenant, caps, email } of ROLES) {
    await addUser(place, userId, accessKey, secret, [
      ...["--email", email],
      ...(tenant === undefined ? [] : ["--tenant", tenant]),
      ...(caps === undefined ? [] : ["--caps", caps]),
    ]);
  }
  return {
    endpoint: endpointOf(place),
    region: "default",
    leaveOut,
    // It was up before.
    async [Symbol.asyncDispose]() {},
  };
}
