import { installPackages } from "./apt.ts";
import { CEPH_USER, endpointOf, isUp, startCluster, stopCluster, versionOf } from "./ceph_cluster.ts";
import type { CephPlace } from "./ceph_conf.ts";
import { DATA_DIRECTORY, type Running, type Service } from "./service.ts";

/** The cluster of this machine's own packages. */
export const CEPH_PLACE: CephPlace = {
  directory: `${DATA_DIRECTORY}/ceph`,
  root: "",
  gatewayPort: 17480,
  monitorPort: 17400,
  osdPort: 17410,
};

/** Ceph of Debian 12 with its S3 gateway, one of each daemon, data in memory; gone when it is taken down. */
export const ceph: Service = {
  name: "ceph",
  summary: "radosgw of Debian 12 with a monitor and one object daemon in memory",
  needs: [],

  async status(): Promise<Running | undefined> {
    return await isUp(CEPH_PLACE) ? await describe(CEPH_PLACE, "AERO_TEST_CEPH") : undefined;
  },

  async up(tell) {
    if (!await isUp(CEPH_PLACE)) {
      await installPackages(["ceph-mon", "ceph-osd", "radosgw", "ceph-common"], tell);
      await startCluster(CEPH_PLACE);
    }
    return await describe(CEPH_PLACE, "AERO_TEST_CEPH");
  },

  async down() {
    await stopCluster(CEPH_PLACE);
  },
};

/** How tests find a cluster: `<prefix>_ENDPOINT`, `_REGION`, `_ACCESS_KEY`, `_SECRET`. */
export async function describe(place: CephPlace, prefix: string): Promise<Running> {
  return {
    what: `radosgw ${await versionOf(place)}`,
    variables: {
      [`${prefix}_ENDPOINT`]: endpointOf(place),
      [`${prefix}_REGION`]: "default",
      [`${prefix}_ACCESS_KEY`]: CEPH_USER.accessKey,
      [`${prefix}_SECRET`]: CEPH_USER.secret,
    },
  };
}
