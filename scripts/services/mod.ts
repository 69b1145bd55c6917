import { baseImage } from "./base_image.ts";
import { docker } from "./docker.ts";
import { podman } from "./podman.ts";
import type { Service } from "./service.ts";

/** All services, those that others need first. */
export const SERVICES: readonly Service[] = [podman, docker, baseImage];
