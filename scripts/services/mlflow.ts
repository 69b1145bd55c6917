import { daemonPid, endDaemon, startDaemon, waitUntil } from "./daemon.ts";
import { CACHE_DIRECTORY, DATA_DIRECTORY, RUN_DIRECTORY, type Running, type Service } from "./service.ts";
import { ensureFile, run, tryRun } from "./shell.ts";

/** Exact, so that what passes today passes tomorrow. */
const VERSIONS = { 2: "2.22.5", 3: "3.17.2" } as const;

/** MLflow 2 asks for any SQLAlchemy 2, and imports what 2.1 no longer has. */
const BESIDE = { 2: ["sqlalchemy<2.1"], 3: [] } as const;

/** Who may do anything at the server that asks for a password. */
const ADMIN = { user: "ada", password: "correct-horse-battery" } as const;

/** One server process. */
interface Server {
  readonly name: string;
  readonly major: 2 | 3;
  readonly port: number;
  readonly signIn: boolean;
}

const OPEN_2: Server = { name: "mlflow2", major: 2, port: 17502, signIn: false };
const OPEN_3: Server = { name: "mlflow3", major: 3, port: 17503, signIn: false };
const SIGN_IN_3: Server = { name: "mlflow3-auth", major: 3, port: 17504, signIn: true };

/** MLflow's own servers: SQLite, artifacts served; gone with their data when they are taken down. */
export const mlflow: Service = {
  name: "mlflow",
  summary: "MLflow 2 and 3 from PyPI, and one more that asks for a password",
  needs: [],

  async status(): Promise<Running | undefined> {
    const up = await Promise.all([OPEN_2, OPEN_3, SIGN_IN_3].map(answers));
    if (up.includes(false)) return undefined;
    return {
      what: `MLflow ${VERSIONS[2]} and ${VERSIONS[3]}`,
      variables: {
        AERO_TEST_MLFLOW2_URI: addressOf(OPEN_2),
        AERO_TEST_MLFLOW3_URI: addressOf(OPEN_3),
        AERO_TEST_MLFLOW_AUTH_URI: addressOf(SIGN_IN_3),
        AERO_TEST_MLFLOW_AUTH_USER: ADMIN.user,
        AERO_TEST_MLFLOW_AUTH_PASSWORD: ADMIN.password,
        AERO_TEST_MLFLOW2_PYTHON: `${environmentOf(2)}/bin/python`,
        AERO_TEST_MLFLOW3_PYTHON: `${environmentOf(3)}/bin/python`,
      },
    };
  },

  async up(tell) {
    const running = await this.status();
    if (running !== undefined) return running;
    // At the same time: most of it is waiting for the index.
    await Promise.all([install(2, tell), install(3, tell)]);
    await Promise.all([OPEN_2, OPEN_3, SIGN_IN_3].map(start));
    const started = await this.status();
    if (started === undefined) throw new Error(`a server does not answer; see ${RUN_DIRECTORY}/mlflow*.log`);
    return started;
  },

  async down() {
    for (const server of [OPEN_2, OPEN_3, SIGN_IN_3]) {
      // Its workers stay when it alone is told to end: all that it started is in one group.
      const pid = await daemonPid(pidFile(server), mark(server));
      if (pid !== undefined) await tryRun(["kill", "-TERM", "--", `-${pid}`]);
      await endDaemon(pidFile(server), mark(server), "SIGTERM");
      await tryRun(["rm", "-rf", directoryOf(server)]);
    }
  },
};

function environmentOf(major: 2 | 3): string {
  return `${CACHE_DIRECTORY}/mlflow-${VERSIONS[major]}`;
}

async function install(major: 2 | 3, tell: (line: string) => void): Promise<void> {
  const place = environmentOf(major);
  if ((await tryRun([`${place}/bin/mlflow`, "--version"])).success) return;
  const wanted = [`mlflow[auth]==${VERSIONS[major]}`, ...BESIDE[major]];
  tell(`installing ${wanted.join(" ")} with pip (about a minute)`);
  await run(["python3", "-m", "venv", place]);
  await run([`${place}/bin/pip`, "install", "--quiet", "--disable-pip-version-check", ...wanted]);
}

function addressOf({ port }: Server): string {
  return `http://127.0.0.1:${port}`;
}

function directoryOf({ name }: Server): string {
  return `${DATA_DIRECTORY}/${name}`;
}

function pidFile({ name }: Server): string {
  return `${RUN_DIRECTORY}/${name}.pid`;
}

/** The word of its command line that no other process has. */
function mark(server: Server): string {
  return `sqlite:///${directoryOf(server)}/runs.db`;
}

async function answers(server: Server): Promise<boolean> {
  if (await daemonPid(pidFile(server), mark(server)) === undefined) return false;
  const { success } = await tryRun(["curl", "-fsS", "--max-time", "5", `${addressOf(server)}/health`]);
  return success;
}

async function start(server: Server): Promise<void> {
  if (await answers(server)) return;
  const directory = directoryOf(server);
  const place = environmentOf(server.major);
  await Deno.mkdir(`${directory}/artifacts`, { recursive: true });
  await Deno.mkdir(RUN_DIRECTORY, { recursive: true });
  const lines = [
    "[mlflow]",
    "default_permission = NO_PERMISSIONS",
    `database_uri = sqlite:///${directory}/users.db`,
    `admin_username = ${ADMIN.user}`,
    `admin_password = ${ADMIN.password}`,
    // The hash of a password takes longer than all the rest of a request.
    "auth_cache_ttl_seconds = 60",
    "authorization_function = mlflow.server.auth:authenticate_request_basic_auth",
  ];
  await ensureFile(`${directory}/users.ini`, lines.join("\n") + "\n");
  await startDaemon(
    [
      "env",
      "MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false",
      "MLFLOW_DISABLE_TELEMETRY=true",
      "GIT_PYTHON_REFRESH=quiet",
      ...(server.signIn
        ? [`MLFLOW_AUTH_CONFIG_PATH=${directory}/users.ini`, "MLFLOW_FLASK_SERVER_SECRET_KEY=of-a-test"]
        : []),
      `${place}/bin/mlflow`,
      "server",
      // Two workers of 3.x share a socket that delays small answers: each takes 40 ms longer.
      ...["--host", "127.0.0.1", "--port", String(server.port), "--workers", server.major === 3 ? "1" : "2"],
      ...["--backend-store-uri", mark(server)],
      ...["--serve-artifacts", "--artifacts-destination", `${directory}/artifacts`],
      ...(server.signIn ? ["--app-name", "basic-auth"] : []),
    ],
    pidFile(server),
    `${RUN_DIRECTORY}/${server.name}.log`,
  );
  // The first start makes the tables.
  if (!await waitUntil(() => answers(server), 120_000)) {
    throw new Error(`${server.name} does not answer; see ${RUN_DIRECTORY}/${server.name}.log`);
  }
}
