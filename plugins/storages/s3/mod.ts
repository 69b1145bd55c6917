import type { DataSourcePlugin } from "../../../core/plugin/data_source.ts";
import { defineStorage, type RegisteredStorage } from "../../../core/plugin/registry.ts";
import { s3Config } from "./config.ts";
import { S3_VARIABLES } from "./variables.ts";
import { HOME_SERVICE } from "./home_service.ts";

/** Objects in a bucket of Amazon S3, or of any service that speaks its protocol. */
export const s3Storage: RegisteredStorage = defineStorage({
  kind: "storage",
  name: "s3",
  summary: "A bucket of Amazon S3 or of a service compatible with it",
  config: s3Config,
  variables: S3_VARIABLES,
  // The SDK behind it takes longer to load than all of the rest.
  open: async (config, context) => (await import("./open_s3.ts")).openS3(config, context),
});

/** Objects of a bucket, left in place where it keeps their versions. */
export const s3Source: DataSourcePlugin = {
  kind: "data-source",
  name: "s3",
  summary: "Objects of a bucket; left in place where the bucket keeps versions",
  schemes: ["s3"],
  services: { storages: ["s3", "ceph"], home: HOME_SERVICE },
  open: async (url, options, context) =>
    (await import("./data_source.ts")).openS3Source(url, options, context),
};
