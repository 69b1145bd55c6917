import { CACHE_DIRECTORY, type Running, type Service } from "./service.ts";
import { run, tryRun } from "./shell.ts";

const VERSION = "2.16.1";
const PLACE = `${CACHE_DIRECTORY}/omniboard`;
const PACKAGE = `${PLACE}/node_modules/omniboard`;
const PROGRAM = `${PACKAGE}/dist/start.js`;

/**
 * Columns that Omniboard has the server compute (how long a run took, whether it is dead), by operators of aggregation
 * that FerretDB has not: without them it shows the status as it stands, and no duration.
 */
const COMPUTED = /if \((?:isDurationRequired|isStatusRequired)\)/g;

/** Omniboard, which shows runs of Sacred; tests start it on their own databases. */
export const omniboard: Service = {
  name: "omniboard",
  summary: `Omniboard ${VERSION} from npm (about 0.5 GB)`,
  needs: ["mongo"],
  onlyWhenNamed: true,

  async status(): Promise<Running | undefined> {
    const { success, stdout } = await tryRun(["node", "-p", `require("${PACKAGE}/package.json").version`]);
    if (!success) return undefined;
    return { what: `Omniboard ${stdout.trim()}`, variables: { AERO_TEST_OMNIBOARD: PROGRAM } };
  },

  async up(tell) {
    const running = await this.status();
    if (running !== undefined) return running;
    tell(`installing omniboard ${VERSION} with npm (about a minute)`);
    await Deno.mkdir(PLACE, { recursive: true });
    const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefix", PLACE];
    await run(["npm", "install", ...options, `omniboard@${VERSION}`]);
    const table = `${PACKAGE}/dist/runs.response.js`;
    await Deno.writeTextFile(table, (await Deno.readTextFile(table)).replaceAll(COMPUTED, "if (false)"));
    const installed = await this.status();
    if (installed === undefined) throw new Error(`${PACKAGE} is not there`);
    return installed;
  },

  async down() {
    await tryRun(["rm", "-rf", PLACE]);
  },
};
