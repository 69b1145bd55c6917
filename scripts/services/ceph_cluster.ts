import { CEPH_ADDRESS, cephConf, type CephPlace } from "./ceph_conf.ts";
import { daemonPid, endDaemon, startDaemon, waitUntil } from "./daemon.ts";
import { readIfThere, run, tryRun } from "./shell.ts";

const STARTS_WITHIN_MS = 90_000;

/** In the order in which they need one another. */
const DAEMONS = {
  mon: ["ceph-mon", "-i", "a"],
  osd: ["ceph-osd", "-i", "0"],
  rgw: ["radosgw", "-n", "client.rgw"],
};

/** The key pair of the user that every cluster has. */
export const CEPH_USER = {
  accessKey: "aerotestaccesskey001",
  secret: "aerotestsecretkey000000000000000000000001",
};

/** Where the gateway answers. */
export function endpointOf(place: CephPlace): string {
  return `http://${CEPH_ADDRESS}:${place.gatewayPort}`;
}

/** Whether all daemons run and the gateway answers. */
export async function isUp(place: CephPlace): Promise<boolean> {
  for (const name of Object.keys(DAEMONS)) if (await pidOf(place, name) === undefined) return false;
  return await answers(place);
}

/** What the gateway says of its version: "16.2.15". */
export async function versionOf(place: CephPlace): Promise<string> {
  const said = await tryRun(inside(place, ["radosgw", "--version"]));
  return /ceph version (\S+)/.exec(said.stdout)?.[1] ?? "of unknown version";
}

/** Makes a cluster without data and starts it; what an earlier one left is deleted. */
export async function startCluster(place: CephPlace): Promise<void> {
  await stopCluster(place);
  for (const port of [place.gatewayPort, place.monitorPort]) assertFree(port);
  const outside = seen(place);
  for (const name of ["crash/posted", "mon", "osd", "rgw"]) {
    await Deno.mkdir(`${outside}/${name}`, { recursive: true });
  }
  await Deno.chmod(outside, 0o700);
  const fsid = crypto.randomUUID();
  await Deno.writeTextFile(`${outside}/ceph.conf`, cephConf(place, fsid));
  await makeMonitor(place, fsid);
  await start(place, "mon");
  await makeObjectDaemon(place);
  await start(place, "osd");
  await addUser(place, "aero", CEPH_USER.accessKey, CEPH_USER.secret);
  await start(place, "rgw");
  if (!await waitUntil(() => answers(place), STARTS_WITHIN_MS)) {
    const last = (await readIfThere(`${outside}/rgw.log`))?.trim().split("\n").slice(-5).join("\n");
    throw new Error(`radosgw does not answer at ${endpointOf(place)}:\n${last}`);
  }
}

/** Ends the daemons and deletes their data, which is what makes it quick. */
export async function stopCluster(place: CephPlace): Promise<void> {
  for (const name of Object.keys(DAEMONS).toReversed()) {
    await endDaemon(`${seen(place)}/${name}.pid`, confOf(place), "SIGKILL");
  }
  await Deno.remove(seen(place), { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

/** Makes a user of the gateway; one who is there is left alone. */
export async function addUser(
  place: CephPlace,
  id: string,
  accessKey: string,
  secret: string,
  more: readonly string[] = [],
): Promise<void> {
  const keys = ["--access-key", accessKey, "--secret", secret];
  const words = ["user", "create", "--uid", id, "--display-name", id, ...keys, ...more];
  const { success, stderr } = await tryRun(tool(place, ["radosgw-admin", "-n", "client.admin", ...words]));
  if (!success && !stderr.includes("exist")) {
    throw new Error(`radosgw-admin user create ${id}: ${stderr.trim()}`);
  }
}

async function makeMonitor(place: CephPlace, fsid: string): Promise<void> {
  const map = `${place.directory}/monmap`;
  const address = `[v2:${CEPH_ADDRESS}:${place.monitorPort}]`;
  await run(
    inside(place, ["monmaptool", "--create", "--clobber", "--fsid", fsid, "--addv", "a", address, map]),
  );
  await run(tool(place, ["ceph-mon", "--mkfs", "-i", "a", "--monmap", map]));
}

// The object daemon asks the monitor for its map, so that one must be up.
async function makeObjectDaemon(place: CephPlace): Promise<void> {
  const id = crypto.randomUUID();
  await run(tool(place, ["ceph-osd", "--mkfs", "-i", "0", "--osd-uuid", id]));
  await run(tool(place, ["ceph", "--connect-timeout", "30", "osd", "new", id, "0"]));
}

async function start(place: CephPlace, name: keyof typeof DAEMONS): Promise<void> {
  const outside = seen(place);
  await startDaemon(
    tool(place, [...DAEMONS[name], "-f"]),
    `${outside}/${name}.pid`,
    `${outside}/${name}.log`,
  );
}

async function pidOf(place: CephPlace, name: string): Promise<number | undefined> {
  return await daemonPid(`${seen(place)}/${name}.pid`, confOf(place));
}

async function answers(place: CephPlace): Promise<boolean> {
  try {
    const response = await fetch(endpointOf(place), { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

function assertFree(port: number): void {
  try {
    Deno.listen({ hostname: CEPH_ADDRESS, port }).close();
  } catch (error) {
    throw new Error(`port ${port}, which Ceph is to take, is in use`, { cause: error });
  }
}

/** A program of Ceph with the cluster's configuration. */
function tool(place: CephPlace, command: readonly string[]): string[] {
  return inside(place, [...command, "-c", confOf(place)]);
}

function inside(place: CephPlace, command: readonly string[]): string[] {
  if (place.root === "") return [...command];
  const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  return ["chroot", place.root, "env", "-i", path, "LC_ALL=C.UTF-8", ...command];
}

function confOf(place: CephPlace): string {
  return `${place.directory}/ceph.conf`;
}

/** The cluster's directory as this script sees it. */
function seen(place: CephPlace): string {
  return `${place.root}${place.directory}`;
}
