import { CACHE_DIRECTORY, type Running, type Service } from "./service.ts";
import { run, tryRun } from "./shell.ts";

const PLACE = `${CACHE_DIRECTORY}/dvc`;
const PROGRAM = `${PLACE}/bin/dvc`;
const REQUIREMENTS = ["dvc[s3]"];

/** DVC with its S3 remote, in a Python environment of its own: what `push` and `pull` are measured against. */
export const dvc: Service = {
  name: "dvc",
  summary: "DVC with S3 remotes, from PyPI, for benchmarks",
  needs: [],
  onlyWhenNamed: true,

  async status(): Promise<Running | undefined> {
    const { success, stdout } = await tryRun([PROGRAM, "--version"]);
    return success ? { what: `DVC ${stdout.trim()}`, variables: { AERO_TEST_DVC: PROGRAM } } : undefined;
  },

  async up(tell) {
    const running = await this.status();
    if (running !== undefined) return running;
    tell(`installing ${REQUIREMENTS.join(" ")} with pip (about a minute)`);
    await run(["python3", "-m", "venv", PLACE]);
    await run([`${PLACE}/bin/pip`, "install", "--quiet", "--disable-pip-version-check", ...REQUIREMENTS]);
    const installed = await this.status();
    if (installed === undefined) throw new Error(`${PROGRAM} does not run`);
    return installed;
  },

  async down() {
    await tryRun(["rm", "-rf", PLACE]);
  },
};
