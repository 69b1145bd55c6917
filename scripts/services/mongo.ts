import { daemonPid, endDaemon, startDaemon, waitUntil } from "./daemon.ts";
import { provideGo } from "./go.ts";
import { CACHE_DIRECTORY, DATA_DIRECTORY, RUN_DIRECTORY, type Running, type Service } from "./service.ts";
import { run, tryRun } from "./shell.ts";

const MODULE = "github.com/FerretDB/FerretDB";
const VERSION = "v1.24.2";
const LEAST_GO_MINOR = 22;
const PROGRAM = `${CACHE_DIRECTORY}/mongo/ferretdb-${VERSION}`;
const SOURCE = `${CACHE_DIRECTORY}/mongo/source`;
const DATA = `${DATA_DIRECTORY}/mongo`;
const PID = `${RUN_DIRECTORY}/mongo.pid`;
const LOG = `${RUN_DIRECTORY}/mongo.log`;
const PORT = 27717;
const USER = "aero";
const PASSWORD = "aero-test-password";
const PATIENCE_MS = 20_000;

/** A text in a file of the source, and what stands in its place. */
interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/**
 * What FerretDB refuses and MongoDB takes: NaN, the infinities, and lists in lists, which every run of Sacred has
 * (`resources`, `sources`).
 */
const CHANGES: readonly Change[] = [
  { file: "internal/handler/wire.go", from: "wire.CheckNaNs = true", to: "wire.CheckNaNs = false" },
  { file: "internal/types/document_validation.go", from: "if math.IsInf(value, 0) {", to: "if false {" },
  {
    file: "internal/types/document_validation.go",
    from: "case *Array:\n\t\t\t\t\treturn newValidationError(ErrValidation, fmt.Errorf(",
    to: "case *Array:\n\t\t\t\t\t_ = newValidationError(ErrValidation, fmt.Errorf(",
  },
  {
    file: "internal/handler/sjson/double.go",
    from: "\tres, err := json.Marshal(f)",
    to:
      "\tif math.IsNaN(f) || math.IsInf(f, 0) {\n\t\treturn json.Marshal(strconv.FormatFloat(f, 'g', -1, 64))\n\t}\n\n" +
      "\tres, err := json.Marshal(f)",
  },
  {
    file: "internal/handler/sjson/double.go",
    from: "\tr := bytes.NewReader(data)",
    to: "\tif data[0] == '\"' {\n\t\tf, err := strconv.ParseFloat(string(data[1:len(data)-1]), 64)\n" +
      "\t\t*d = doubleType(f)\n\n\t\treturn err\n\t}\n\n\tr := bytes.NewReader(data)",
  },
  {
    file: "internal/handler/sjson/double.go",
    from: '\t"encoding/json"',
    to: '\t"encoding/json"\n\t"math"\n\t"strconv"',
  },
];

/** A server of MongoDB's protocol over SQLite, with a user and a password. */
export const mongo: Service = {
  name: "mongo",
  summary: `FerretDB ${VERSION} on SQLite, built from source, as a MongoDB server`,
  needs: [],

  async status(): Promise<Running | undefined> {
    if (await daemonPid(PID, PROGRAM) === undefined || !await answers()) return undefined;
    const uri = `mongodb://${USER}:${PASSWORD}@127.0.0.1:${PORT}/sacred?authSource=admin`;
    return {
      what: `FerretDB ${VERSION} at 127.0.0.1:${PORT}`,
      variables: { AERO_TEST_MONGO_URI: uri, AERO_TEST_FERRETDB: PROGRAM },
    };
  },

  async up(tell) {
    const running = await this.status();
    if (running !== undefined) return running;
    if (!(await tryRun([PROGRAM, "--version"])).success) await build(tell);
    for (const directory of [DATA, RUN_DIRECTORY]) await Deno.mkdir(directory, { recursive: true });
    await startDaemon(
      [
        PROGRAM,
        "--handler=sqlite",
        `--sqlite-url=file:${DATA}/`,
        `--state-dir=${DATA}`,
        `--listen-addr=127.0.0.1:${PORT}`,
        "--debug-addr=-",
        "--telemetry=disable",
        "--log-level=error",
        "--test-enable-new-auth",
        "--setup-database=admin",
        `--setup-username=${USER}`,
        `--setup-password=${PASSWORD}`,
      ],
      PID,
      LOG,
    );
    await waitUntil(answers, PATIENCE_MS);
    const up = await this.status();
    if (up === undefined) throw new Error(`${PROGRAM} does not answer; see ${LOG}`);
    return up;
  },

  async down() {
    await endDaemon(PID, PROGRAM, "SIGTERM");
    await tryRun(["rm", "-rf", DATA]);
  },
};

async function build(tell: (line: string) => void): Promise<void> {
  const go = await provideGo(LEAST_GO_MINOR, tell);
  tell(`building ${MODULE} ${VERSION} (one to three minutes)`);
  await tryRun(["rm", "-rf", SOURCE]);
  await Deno.mkdir(SOURCE, { recursive: true });
  const told = await run([go, "mod", "download", "-json", `${MODULE}@${VERSION}`], { cwd: SOURCE });
  const { Dir: directory } = JSON.parse(told) as { Dir: string };
  await run(["cp", "-R", "--no-preserve=mode", `${directory}/.`, SOURCE]);
  // Its own build asks git for the version, which a module has no history for.
  await Deno.writeTextFile(`${SOURCE}/build/version/version.txt`, `${VERSION}\n`);
  for (const change of CHANGES) await apply(change);
  const tags = ["-tags", "ferretdb_sqlite", "-buildvcs=false"];
  await run([go, "build", ...tags, "-o", `${PROGRAM}.part`, "./cmd/ferretdb"], {
    cwd: SOURCE,
    env: { CGO_ENABLED: "0" },
  });
  await Deno.rename(`${PROGRAM}.part`, PROGRAM);
}

async function apply({ file, from, to }: Change): Promise<void> {
  const path = `${SOURCE}/${file}`;
  const text = await Deno.readTextFile(path);
  if (text.split(from).length !== 2) throw new Error(`${path} is not as expected: ${from}`);
  await Deno.writeTextFile(path, text.replace(from, () => to));
}

async function answers(): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port: PORT })).close();
    return true;
  } catch {
    return false;
  }
}
