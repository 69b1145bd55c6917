import { parseDigest } from "../../core/model/digest.ts";
import type { LoggedFacts } from "../../core/model/logged.ts";
import type { MetricPoint } from "../../core/model/metric.ts";
import { parseRunId } from "../../core/model/run_id.ts";
import type { ProgramLog } from "../../core/plugin/program_api.ts";
import { mlflowApi } from "../../plugins/program_apis/mlflow/mod.ts";
import { mlflowContext, mlflowVariable } from "./mlflow_subject.ts";

/** A log that keeps what it is told; its files lie in a directory of their own. */
export class KeptLog implements ProgramLog, AsyncDisposable {
  readonly run = parseRunId("kkkkkkkkllllllll");
  readonly stageKey = parseDigest(`sha256:${"5".repeat(64)}`);
  readonly project = "bikes";
  readonly stage = "train";
  readonly startedAt = 1_764_000_000_000;
  readonly params = { lr: 0.1 };
  readonly points: MetricPoint[] = [];
  readonly facts: LoggedFacts[] = [];
  readonly files: string;
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
    // Not at the top, so that what is around it is nobody else's.
    this.files = `${directory}/files`;
  }

  static async make(): Promise<KeptLog> {
    const log = new KeptLog(await Deno.makeTempDir({ prefix: "mlflow-program-" }));
    await Deno.mkdir(log.files);
    return log;
  }

  metrics(points: readonly MetricPoint[]): void {
    this.points.push(...points);
  }

  logged(facts: LoggedFacts): void {
    this.facts.push(facts);
  }

  /** Paths of all files that were handed over, sorted. */
  async paths(below = ""): Promise<string[]> {
    const found: string[] = [];
    for await (const { name, isDirectory } of Deno.readDir(`${this.files}/${below}`)) {
      if (isDirectory) found.push(...await this.paths(`${below}${name}/`));
      else found.push(below + name);
    }
    return found.sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#directory, { recursive: true });
  }
}

/** The API on a port of this machine, as a run would serve it. */
export class ServedMlflow implements AsyncDisposable {
  /** Each request, as `POST /api/…`, once. */
  readonly seen = new Set<string>();
  /** What was refused: status and path. */
  readonly refused: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #api: AsyncDisposable;
  readonly #token = "token-of-this-run";

  private constructor(
    readonly log: KeptLog,
    api: Awaited<ReturnType<typeof mlflowApi.open>>,
  ) {
    this.#api = api;
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
      const path = `${request.method} ${new URL(request.url).pathname}`;
      this.seen.add(path);
      const { pathname } = new URL(request.url);
      const isOpen = pathname === "/health" || pathname === "/version";
      if (!isOpen && request.headers.get("authorization") !== `Bearer ${this.#token}`) {
        return new Response("Denied", { status: 401 });
      }
      const answer = await api.handle(request);
      if (!answer.ok) this.refused.push(`${answer.status} ${path}`);
      return answer;
    });
  }

  static async start(): Promise<ServedMlflow> {
    const log = await KeptLog.make();
    return new ServedMlflow(log, await mlflowApi.open(log, mlflowContext()));
  }

  /** Runs a program of Python with MLflow's client of that major version, in an empty directory. */
  async run(
    major: 2 | 3,
    source: string,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
    const directory = await Deno.makeTempDir({ prefix: "mlflow-program-cwd-" });
    try {
      const { code, stdout, stderr } = await new Deno.Command(
        mlflowVariable(`AERO_TEST_MLFLOW${major}_PYTHON`),
        {
          args: ["-c", source],
          cwd: directory,
          clearEnv: true,
          env: {
            PATH: Deno.env.get("PATH") ?? "",
            HOME: directory,
            PYTHONHASHSEED: "0",
            ...mlflowApi.variables({
              url: `http://127.0.0.1:${this.#server.addr.port}`,
              token: this.#token,
            }),
            ...variables,
          },
        },
      ).output();
      const text = new TextDecoder();
      return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#api[Symbol.asyncDispose]();
    await this.#server.shutdown();
    await this.log[Symbol.asyncDispose]();
  }
}
