/** Where one cluster lies and listens. */
export interface CephPlace {
  /** Absolute, as the daemons see it; nothing but the cluster lies in it. */
  readonly directory: string;
  /** A directory that holds another Debian, whose Ceph is to run; empty for this machine's own. */
  readonly root: string;
  readonly gatewayPort: number;
  readonly monitorPort: number;
  /** First of 60 ports for the one object daemon. */
  readonly osdPort: number;
}

/** Every daemon listens here only, so nobody needs to prove who they are to one another. */
export const CEPH_ADDRESS = "127.0.0.1";

/**
 * The whole configuration of a cluster of one monitor, one object daemon with its data in memory, and one gateway.
 *
 * @param fsid The cluster's id, a UUID.
 * @see {@link https://docs.ceph.com/en/pacific/rados/configuration/} and, for the gateway, {@link https://docs.ceph.com/en/pacific/radosgw/config-ref/}.
 */
export function cephConf(place: CephPlace, fsid: string): string {
  const { directory } = place;
  const sections: Record<string, Record<string, string | number>> = {
    global: {
      fsid,
      run_dir: directory,
      admin_socket: `${directory}/$name.$pid.asok`,
      log_to_file: "false",
      log_to_stderr: "true",
      err_to_stderr: "true",
      mon_cluster_log_to_file: "false",
      // Else a crash is written below /var/lib/ceph.
      crash_dir: `${directory}/crash`,
      auth_cluster_required: "none",
      auth_service_required: "none",
      auth_client_required: "none",
      // The gateway asks for encryption of its own accord, which cannot be had without authentication.
      ms_mon_client_mode: "crc",
      ms_bind_ipv6: "false",
      ms_bind_msgr1: "false",
      ms_bind_port_min: place.osdPort,
      ms_bind_port_max: place.osdPort + 60,
      public_addr: CEPH_ADDRESS,
      cluster_addr: CEPH_ADDRESS,
      mon_host: `[v2:${CEPH_ADDRESS}:${place.monitorPort}]`,
      // One copy, one placement group a pool: there is one daemon, and no manager that would change it.
      osd_pool_default_size: 1,
      osd_pool_default_min_size: 1,
      osd_pool_default_pg_num: 1,
      osd_pool_default_pgp_num: 1,
      osd_pool_default_pg_autoscale_mode: "off",
      osd_crush_chooseleaf_type: 0,
      mon_allow_pool_size_one: "true",
      mon_max_pg_per_osd: 1000,
      mon_warn_on_pool_no_redundancy: "false",
      osd_class_load_list: "*",
      osd_class_default_list: "*",
    },
    mon: {
      mon_data: `${directory}/mon`,
      mon_initial_members: "a",
      // There is nobody to wait for.
      paxos_propose_interval: 0.05,
      paxos_min_wait: 0.01,
      mon_data_avail_crit: 1,
      mon_data_avail_warn: 2,
      mgr_initial_modules: "",
    },
    osd: {
      osd_data: `${directory}/osd`,
      osd_objectstore: "memstore",
      memstore_device_bytes: 8 * 2 ** 30,
      osd_max_scrubs: 0,
    },
    "client.rgw": {
      rgw_data: `${directory}/rgw`,
      // Without tcp_nodelay each small answer waits 40 ms for an acknowledgement.
      rgw_frontends: `beast endpoint=${CEPH_ADDRESS}:${place.gatewayPort} tcp_nodelay=1`,
      rgw_enable_apis: "s3, admin",
      rgw_run_sync_thread: "false",
      rgw_enable_usage_log: "false",
      rgw_enable_ops_log: "false",
      // Deleted bytes are in memory: give them back soon.
      rgw_gc_obj_min_wait: 10,
      rgw_gc_processor_period: 30,
      rgw_lc_debug_interval: 10,
      rgw_crypt_require_ssl: "false",
    },
  };
  return Object.entries(sections).map(([name, options]) => {
    const lines = Object.entries(options).map(([option, value]) => `${option} = ${value}`);
    return [`[${name}]`, ...lines, ""].join("\n");
  }).join("\n");
}
