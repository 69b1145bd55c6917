/** A container environment over the command line that podman and docker share. */
export { openEngine } from "./open_engine.ts";
export { DOCKER, PODMAN, type Quirks } from "./quirks.ts";
