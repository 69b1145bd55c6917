import { installPackages } from "./apt.ts";
import { BASE_IMAGE, hasImage, imageId, loadIntoDocker } from "./base_image_store.ts";
import { writeImageArchive } from "./base_image_archive.ts";
import { docker, DOCKER_HOST } from "./docker.ts";
import { CACHE_DIRECTORY, type Running, type Service } from "./service.ts";
import { readIfThere, run, tryRun } from "./shell.ts";

const PLACE = `${CACHE_DIRECTORY}/base-image`;
const ARCHIVE = `${PLACE}/image.tar`;

/** The base image in podman, and in docker if that is up. */
export const baseImage: Service = {
  name: "base-image",
  summary: `${BASE_IMAGE}: Debian 12 with Python 3, from Debian's archive`,
  needs: ["podman"],

  async status(): Promise<Running | undefined> {
    const id = await imageId("podman");
    return id === undefined
      ? undefined
      : { what: `${BASE_IMAGE} sha256:${id}`, variables: { AERO_TEST_IMAGE: BASE_IMAGE } };
  },

  async up(tell) {
    if (!await hasImage("podman")) {
      if (!await isThere(ARCHIVE)) await build(tell);
      tell("loading it into podman");
      await run(["podman", "load", "--quiet", "--input", ARCHIVE]);
      // The archive may have been made under another name.
      await run(["podman", "tag", (await Deno.readTextFile(`${ARCHIVE}.id`)).trim(), BASE_IMAGE]);
      await prove();
    }
    if (await docker.status() !== undefined && !await hasImage("docker", { DOCKER_HOST })) {
      tell("loading it into docker");
      await loadIntoDocker(DOCKER_HOST);
    }
    const running = await this.status();
    if (running === undefined) throw new Error(`podman has no ${BASE_IMAGE} after loading it`);
    return running;
  },

  async down() {
    await tryRun(["podman", "rmi", "--force", BASE_IMAGE]);
  },
};

async function build(tell: (line: string) => void): Promise<void> {
  await installPackages(["mmdebstrap"], tell);
  await Deno.mkdir(PLACE, { recursive: true });
  tell("making Debian 12 with Python 3 (about 30 s)");
  await bootstrap(`${PLACE}/layer.tar`);
  await writeImageArchive(PLACE, BASE_IMAGE);
}

/** Equal packages give equal bytes: mmdebstrap takes all times from SOURCE_DATE_EPOCH. */
async function bootstrap(layer: string): Promise<void> {
  const exclude = ["doc", "man", "info", "locale", "lintian"].map((name) =>
    `--dpkgopt=path-exclude=/usr/share/${name}/*`
  );
  await run([
    "mmdebstrap",
    "--quiet",
    "--variant=apt",
    "--include=python3",
    // The archive may be a snapshot whose lists have run out.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    ...exclude,
    "bookworm",
    layer,
    "-",
  ], { env: { SOURCE_DATE_EPOCH: "1735689600", LC_ALL: "C", TZ: "UTC" }, stdin: await aptSources() });
}

/** Where this machine's own apt takes its packages from: the one place known to be reachable. */
async function aptSources(): Promise<string> {
  const lines = await run([
    "apt-get",
    "indextargets",
    "--format",
    "deb $(SITE) $(RELEASE) $(COMPONENT)",
    "Created-By: Packages",
  ]);
  const sources = [...new Set(lines.split("\n"))].filter((line) => / bookworm(-\w+)? main$/.test(line));
  if (sources.length === 0) throw new Error("apt on this machine has no source for Debian 12");
  return sources.join("\n") + "\n";
}

async function prove(): Promise<void> {
  const said = await run([
    "podman",
    "run",
    "--rm",
    "--network=none",
    "--pull=never",
    BASE_IMAGE,
    "python3",
    "-c",
    "print(6 * 7)",
  ]);
  if (said.trim() !== "42") throw new Error(`python3 in ${BASE_IMAGE} said ${said}`);
}

async function isThere(path: string): Promise<boolean> {
  return await readIfThere(`${path}.id`) !== undefined && (await Deno.stat(path)).isFile;
}
