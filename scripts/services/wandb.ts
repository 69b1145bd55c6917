import { CACHE_DIRECTORY, type Running, type Service } from "./service.ts";
import { run, tryRun } from "./shell.ts";

const PLACE = `${CACHE_DIRECTORY}/wandb`;
const PYTHON = `${PLACE}/bin/python`;
const REQUIREMENTS = ["wandb==0.31.0"];

/** W&B's own SDK, in a Python environment of its own: it checks the test server, and reads what aero wrote to it. */
export const wandb: Service = {
  name: "wandb",
  summary: "The W&B SDK, from PyPI",
  needs: [],

  async status(): Promise<Running | undefined> {
    const { success, stdout } = await tryRun([PYTHON, "-c", "import wandb; print(wandb.__version__)"]);
    if (!success) return undefined;
    return { what: `W&B SDK ${stdout.trim()}`, variables: { AERO_TEST_WANDB_PYTHON: PYTHON } };
  },

  async up(tell) {
    const running = await this.status();
    if (running !== undefined) return running;
    tell(`installing ${REQUIREMENTS.join(" ")} with pip (about 15 s)`);
    await run(["python3", "-m", "venv", PLACE]);
    await run([`${PLACE}/bin/pip`, "install", "--quiet", "--disable-pip-version-check", ...REQUIREMENTS]);
    const installed = await this.status();
    if (installed === undefined) throw new Error(`${PYTHON} has no wandb`);
    return installed;
  },

  async down() {
    await tryRun(["rm", "-rf", PLACE]);
  },
};
