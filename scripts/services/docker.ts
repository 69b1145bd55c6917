import { installPackages } from "./apt.ts";
import { BASE_IMAGE, hasImage, loadIntoDocker } from "./base_image_store.ts";
import { DATA_DIRECTORY, RUN_DIRECTORY, type Running, type Service } from "./service.ts";
import { readIfThere, tryRun } from "./shell.ts";

const PLACE = `${RUN_DIRECTORY}/docker`;
const PID = `${PLACE}/dockerd.pid`;
const LOG = `${PLACE}/dockerd.log`;
const STARTS_WITHIN_MS = 20_000;

/** Where the daemon listens. */
export const DOCKER_HOST = `unix://${PLACE}/docker.sock`;

/** dockerd on a socket of its own, without a bridge and without touching the machine's packet filter. */
export const docker: Service = {
  name: "docker",
  summary: "dockerd on a private socket; networks none and host",
  needs: [],

  async status(): Promise<Running | undefined> {
    const { success, stdout } = await tryRun(["docker", "version", "--format", "{{.Server.Version}}"], {
      env: { DOCKER_HOST },
    });
    return success ? { what: `dockerd ${stdout.trim()}`, variables: { DOCKER_HOST } } : undefined;
  },

  async up(tell) {
    let running = await this.status();
    if (running === undefined) {
      await installPackages(["docker.io"], tell);
      await start();
      running = await this.status();
    }
    if (running === undefined) throw new Error(`dockerd does not answer; see ${LOG}`);
    if (!await hasImage("docker", { DOCKER_HOST }) && await hasImage("podman")) {
      tell(`loading ${BASE_IMAGE} into docker`);
      await loadIntoDocker(DOCKER_HOST);
    }
    return running;
  },

  async down() {
    const pid = Number(await readIfThere(PID));
    if (!Number.isInteger(pid) || pid <= 0) return;
    if ((await readIfThere(`/proc/${pid}/comm`))?.trim() !== "dockerd") return;
    Deno.kill(pid, "SIGTERM");
    while (await readIfThere(`/proc/${pid}/comm`) !== undefined) await pause(50);
  },
};

async function start(): Promise<void> {
  await Deno.mkdir(PLACE, { recursive: true });
  // A daemon that was killed leaves it, and dockerd then refuses to start; that none answers is known here.
  await tryRun(["rm", "-f", PID]);
  const words = [
    `--host ${DOCKER_HOST} --pidfile ${PID}`,
    `--data-root ${DATA_DIRECTORY}/docker --exec-root ${PLACE}/exec`,
    "--iptables=false --ip6tables=false --bridge=none --storage-driver overlay2",
  ].join(" ");
  // A shell in between, so that the daemon's output goes to a file and nobody waits for it.
  await tryRun(["sh", "-c", `setsid dockerd ${words} >${LOG} 2>&1 </dev/null &`]);
  const until = performance.now() + STARTS_WITHIN_MS;
  while (await docker.status() === undefined && performance.now() < until) await pause(200);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
