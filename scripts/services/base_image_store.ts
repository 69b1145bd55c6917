import { run, tryRun } from "./shell.ts";

/** The image that tests build on and run in: Debian 12 and Python 3. No registry knows its name. */
export const BASE_IMAGE = Deno.env.get("AERO_BASE_IMAGE") ?? "localhost/aero-base:bookworm";

/** Whether an engine has the image. */
export async function hasImage(
  engine: "podman" | "docker",
  env: Record<string, string> = {},
): Promise<boolean> {
  return await imageId(engine, env) !== undefined;
}

/** The image's id in an engine, without the algorithm; `undefined` if it has none. */
export async function imageId(
  engine: "podman" | "docker",
  env: Record<string, string> = {},
): Promise<string | undefined> {
  const { success, stdout } = await tryRun([engine, "image", "inspect", "--format", "{{.Id}}", BASE_IMAGE], {
    env,
  });
  return success ? stdout.trim().replace("sha256:", "") : undefined;
}

/** Copies the image from podman's store to docker's. */
export async function loadIntoDocker(dockerHost: string): Promise<void> {
  const pipe = `podman save --format docker-archive ${BASE_IMAGE} | docker --host ${dockerHost} load --quiet`;
  await run(["sh", "-c", pipe]);
}
