import { installPackages } from "./apt.ts";
import { describe } from "./ceph.ts";
import { isUp, startCluster, stopCluster } from "./ceph_cluster.ts";
import type { CephPlace } from "./ceph_conf.ts";
import { CACHE_DIRECTORY, type Running, type Service } from "./service.ts";
import { readIfThere, run, tryRun } from "./shell.ts";

const ROOT = `${CACHE_DIRECTORY}/ceph20`;
const MADE = `${ROOT}/.made`;
const PACKAGES = ["ceph-mon", "ceph-osd", "radosgw", "ceph-common"];
/** What the conformance suite needs: the newer boto3 sends conditions and checksums that Debian 12's cannot. */
const SUITE_PACKAGES = [
  "boto3",
  "pytest",
  "pytest-xdist",
  "pytest-timeout",
  "munch",
  "isodate",
  "tz",
  "requests",
];

/** The cluster of the newer packages. */
export const CEPH20_PLACE: CephPlace = {
  directory: "/tmp/aero-ceph20",
  root: ROOT,
  gatewayPort: 17580,
  monitorPort: 17500,
  osdPort: 17510,
};

/** The newest Ceph that Debian has, in a directory with a Debian of its own: 0.9 GB, two minutes the first time. */
export const ceph20: Service = {
  name: "ceph20",
  summary: "radosgw of Debian's unstable suite, in a directory of its own (0.9 GB)",
  needs: [],
  onlyWhenNamed: true,

  async status(): Promise<Running | undefined> {
    return await isUp(CEPH20_PLACE) ? await describeIt() : undefined;
  },

  async up(tell) {
    if (!await isUp(CEPH20_PLACE)) {
      if (await readIfThere(MADE) === undefined) await make(tell);
      await mountProc();
      await startCluster(CEPH20_PLACE);
    }
    return await describeIt();
  },

  async down() {
    await stopCluster(CEPH20_PLACE);
    await tryRun(["umount", `${ROOT}/proc`]);
  },
};

async function describeIt(): Promise<Running> {
  const { what, variables } = await describe(CEPH20_PLACE, "AERO_TEST_CEPH20");
  return { what, variables: { ...variables, AERO_TEST_CEPH20_ROOT: ROOT } };
}

async function make(tell: (line: string) => void): Promise<void> {
  await installPackages(["mmdebstrap"], tell);
  tell("making a Debian with the newest Ceph (about two minutes)");
  await Deno.mkdir(ROOT, { recursive: true });
  const wanted = [...PACKAGES, ...SUITE_PACKAGES.map((name) => `python3-${name}`), "ca-certificates"];
  await run([
    "mmdebstrap",
    "--quiet",
    "--variant=apt",
    `--include=${wanted.join(",")}`,
    '--aptopt=Acquire::Check-Valid-Until "false"',
    '--aptopt=APT::Install-Recommends "false"',
    "--dpkgopt=force-unsafe-io",
    "sid",
    ROOT,
    await mirror(),
  ], { env: { LC_ALL: "C" } });
  await Deno.writeTextFile(MADE, "");
}

/** Where this machine's own apt takes its packages from: the one place known to be reachable. */
async function mirror(): Promise<string> {
  const sites = await run(["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"]);
  const site = sites.split("\n").find((line) => line !== "" && !line.includes("security"));
  if (site === undefined) throw new Error("apt on this machine has no source");
  return site;
}

async function mountProc(): Promise<void> {
  if (await readIfThere(`${ROOT}/proc/version`) === undefined) {
    await run(["mount", "-t", "proc", "proc", `${ROOT}/proc`]);
  }
}
