import { installPackages } from "./apt.ts";
import type { Running, Service } from "./service.ts";
import { ensureFile, readIfThere, tryRun } from "./shell.ts";

const PACKAGES = [
  "podman",
  "runc",
  "conmon",
  "netavark",
  "aardvark-dns",
  "iptables",
  "catatonit",
  "uidmap",
  "slirp4netns",
];

const ENGINE_CONF = "/etc/containers/containers.conf.d/50-aero.conf";
const ENGINE_TEXT = `# Written by scripts/services.ts.
[containers]
# podman would raise the limits for files and processes, which root without CAP_SYS_RESOURCE may not.
default_ulimits = []
[engine]
# crun 1.8 refuses a machine with both versions of cgroups mounted.
runtime = "runc"
events_logger = "file"
[network]
# podman 4.3 takes CNI, whose plugins are not there, when its first start finds an image in its store.
network_backend = "netavark"
`;

// There are no drop-ins for this one; a file that is there is left alone.
const STORAGE_CONF = "/etc/containers/storage.conf";
const STORAGE_TEXT = `# Written by scripts/services.ts.
[storage]
# Else users without /dev/fuse get vfs, which copies the image for each container.
driver = "overlay"
runroot = "/run/containers/storage"
graphroot = "/var/lib/containers/storage"
`;

/** podman with runc, set up for a small virtual machine. */
export const podman: Service = {
  name: "podman",
  summary: "podman with runc",
  needs: [],

  async status(): Promise<Running | undefined> {
    if (await readIfThere(ENGINE_CONF) === undefined) return undefined;
    const { success, stdout } = await tryRun(["podman", "--version"]);
    return success ? { what: stdout.trim(), variables: {} } : undefined;
  },

  async up(tell) {
    const running = await this.status();
    if (running !== undefined) return running;
    await installPackages(PACKAGES, tell);
    await ensureFile(ENGINE_CONF, ENGINE_TEXT);
    if (await readIfThere(STORAGE_CONF) === undefined) await ensureFile(STORAGE_CONF, STORAGE_TEXT);
    const { success, stderr } = await tryRun(["podman", "info"]);
    if (!success) throw new Error(`podman does not answer: ${stderr.trim()}`);
    return await this.status() ?? { what: "podman", variables: {} };
  },

  // There is nothing that runs.
  down: () => Promise.resolve(),
};
