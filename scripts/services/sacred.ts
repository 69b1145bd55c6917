import { CACHE_DIRECTORY, type Running, type Service } from "./service.ts";
import { run, tryRun } from "./shell.ts";

const PLACE = `${CACHE_DIRECTORY}/sacred`;
const PYTHON = `${PLACE}/bin/python`;
// Sacred imports pkg_resources, which later setuptools have no more.
const REQUIREMENTS = ["sacred==0.8.7", "pymongo==4.20.0", "setuptools<81"];
const PROBE = "import sacred, sacred.observers, pymongo; print(sacred.__version__, pymongo.version)";

/** The Sacred library with pymongo, in a Python environment of its own. */
export const sacred: Service = {
  name: "sacred",
  summary: "Sacred and pymongo from PyPI",
  needs: [],

  async status(): Promise<Running | undefined> {
    const { success, stdout } = await tryRun([PYTHON, "-W", "ignore", "-c", PROBE]);
    if (!success) return undefined;
    const [own, driver] = stdout.trim().split(" ");
    return { what: `Sacred ${own}, pymongo ${driver}`, variables: { AERO_TEST_SACRED_PYTHON: PYTHON } };
  },

  async up(tell) {
    const running = await this.status();
    if (running !== undefined) return running;
    tell(`installing ${REQUIREMENTS.join(" ")} with pip`);
    await run(["python3", "-m", "venv", PLACE]);
    await run([`${PLACE}/bin/pip`, "install", "--quiet", "--disable-pip-version-check", ...REQUIREMENTS]);
    const installed = await this.status();
    if (installed === undefined) throw new Error(`${PYTHON} cannot import sacred`);
    return installed;
  },

  async down() {
    await tryRun(["rm", "-rf", PLACE]);
  },
};
