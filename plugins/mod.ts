import { defineRegistry } from "../core/plugin/registry.ts";
import { httpSource } from "./data_sources/http/mod.ts";
import { dockerEnvironment } from "./environments/docker/mod.ts";
import { hostEnvironment } from "./environments/host/mod.ts";
import { podmanEnvironment } from "./environments/podman/mod.ts";
import { objectServer } from "./object_server/mod.ts";
import { mlflowApi } from "./program_apis/mlflow/mod.ts";
import { cephStorage } from "./storages/ceph/mod.ts";
import { localStorage } from "./storages/local/mod.ts";
import { s3Source, s3Storage } from "./storages/s3/mod.ts";
import { mlflowTracker } from "./trackers/mlflow/mod.ts";
import { sacredTracker } from "./trackers/sacred/mod.ts";
import { wandbTracker } from "./trackers/wandb/mod.ts";

/** All built-in plugins; the first of a kind is what config has where it says nothing. */
export const REGISTRY = defineRegistry({
  storages: [localStorage, s3Storage, cephStorage],
  dataSources: [httpSource, s3Source],
  environments: [podmanEnvironment, dockerEnvironment, hostEnvironment],
  services: [objectServer],
  trackers: [mlflowTracker, sacredTracker, wandbTracker],
  programApis: [mlflowApi],
});
