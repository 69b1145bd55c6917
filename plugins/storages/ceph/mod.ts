import { defineStorage, type RegisteredStorage } from "../../../core/plugin/registry.ts";
import { endpointConfig } from "../s3/config.ts";
import { S3_VARIABLES } from "../s3/variables.ts";
import { CEPH } from "./quirks.ts";

/** Objects in a bucket of a Ceph cluster, by its object gateway. */
export const cephStorage: RegisteredStorage = defineStorage({
  kind: "storage",
  name: "ceph",
  summary: "A bucket of a Ceph object gateway (radosgw)",
  config: endpointConfig,
  variables: S3_VARIABLES,
  open: async (config, context) => (await import("../s3/open_s3.ts")).openS3(config, context, CEPH),
});
