import { run } from "./shell.ts";

const CREATED = "2025-01-01T00:00:00Z";

/**
 * Makes `image.tar`, a docker-archive, from `layer.tar` in the same directory, and `image.tar.id` when that is whole.
 *
 * Equal layers give an equal image id: all else is written here, with fixed times.
 *
 * @see moby/docker-image-spec, spec.md, "Combined Image JSON + Filesystem Changeset Format".
 */
export async function writeImageArchive(directory: string, tag: string): Promise<void> {
  const layer = (await run(["sha256sum", `${directory}/layer.tar`])).slice(0, 64);
  const config = JSON.stringify({
    architecture: Deno.build.arch === "aarch64" ? "arm64" : "amd64",
    config: {
      Cmd: ["bash"],
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"],
    },
    created: CREATED,
    history: [{ created: CREATED, created_by: "aero base image" }],
    os: "linux",
    rootfs: { diff_ids: [`sha256:${layer}`], type: "layers" },
  });
  await Deno.writeTextFile(`${directory}/config.json`, config);
  const manifest = [{ Config: "config.json", Layers: ["layer.tar"], RepoTags: [tag] }];
  await Deno.writeTextFile(`${directory}/manifest.json`, JSON.stringify(manifest));
  await run(["tar", "--create", "--file", "image.tar.part", "manifest.json", "config.json", "layer.tar"], {
    cwd: directory,
  });
  await Deno.rename(`${directory}/image.tar.part`, `${directory}/image.tar`);
  await Deno.writeTextFile(
    `${directory}/image.tar.id`,
    (await run(["sha256sum", `${directory}/config.json`])).slice(0, 64),
  );
  await Deno.remove(`${directory}/layer.tar`);
}
