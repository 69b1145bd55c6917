import { baseImage } from "./base_image.ts";
import { ceph } from "./ceph.ts";
import { ceph20 } from "./ceph20.ts";
import { docker } from "./docker.ts";
import { dvc } from "./dvc.ts";
import { mlflow } from "./mlflow.ts";
import { mongo } from "./mongo.ts";
import { omniboard } from "./omniboard.ts";
import { podman } from "./podman.ts";
import { s3Clients } from "./s3_clients.ts";
import { sacred } from "./sacred.ts";
import type { Service } from "./service.ts";
import { wandb } from "./wandb.ts";

/** All services, those that others need first. */
export const SERVICES: readonly Service[] = [
  podman,
  docker,
  baseImage,
  ceph,
  ceph20,
  s3Clients,
  dvc,
  mlflow,
  mongo,
  sacred,
  omniboard,
  wandb,
];
