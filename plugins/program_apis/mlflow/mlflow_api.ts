import type { PluginContext } from "../../../core/plugin/context.ts";
import type { ProgramApi, ProgramLog } from "../../../core/plugin/program_api.ts";
import { ArtifactFiles } from "./artifact_files.ts";
import { answerArtifact } from "./artifact_proxy.ts";
import { ARTIFACT_ROUTES } from "./artifact_routes.ts";
import { EXPERIMENT_ROUTES } from "./experiment_routes.ts";
import { readMessage } from "./json_body.ts";
import { METRIC_ROUTES } from "./metric_routes.ts";
import { ModelRegistry } from "./model_registry.ts";
import { MODEL_ROUTES } from "./model_routes.ts";
import { MODEL_VERSION_ROUTES } from "./model_version_routes.ts";
import { Refusal, refusalAnswer } from "./refusal.ts";
import { REGISTERED_MODEL_ROUTES } from "./registered_model_routes.ts";
import { whyRefused } from "./refused_paths.ts";
import { findRoute } from "./routing.ts";
import { RUN_ROUTES } from "./run_routes.ts";
import { RunBook } from "./run_book.ts";
import type { Serving } from "./serving.ts";
import { ToldRegistry } from "./told_registry.ts";

/** Version that clients are told. From 3.4 on, they send traces in another way, which is not served either. */
const VERSION = "3.0.0";

const ROUTES = {
  ...EXPERIMENT_ROUTES,
  ...RUN_ROUTES,
  ...METRIC_ROUTES,
  ...ARTIFACT_ROUTES,
  ...MODEL_ROUTES,
  ...REGISTERED_MODEL_ROUTES,
  ...MODEL_VERSION_ROUTES,
};

/** What a server can do beside the routes; nothing. */
const SERVER_INFO = {
  "store_type": "aero",
  "workspaces_enabled": false,
  "trace_archival_enabled": false,
  "multipart_uploads_enabled": false,
  "multipart_downloads_enabled": false,
  "presigned_upload_run_id_supported": false,
  "presigned_upload_model_id_supported": false,
};

/** MLflow's tracking API for one run: what its client needs inside a program that trains. */
export class MlflowApi implements ProgramApi {
  readonly #serving: Serving;
  readonly #ending = new AbortController();
  readonly #context: PluginContext;
  readonly #underWay = new Set<Promise<Response>>();

  constructor(log: ProgramLog, context: PluginContext) {
    this.#context = context;
    const now = () => context.now().getTime();
    const files = new ArtifactFiles(log.files, this.#ending.signal);
    const book = new RunBook(log, now);
    const registry = new ModelRegistry(book.room, now);
    this.#serving = { log, now, files, book, registry, toldRegistry: new ToldRegistry(book, log) };
  }

  async handle(request: Request): Promise<Response> {
    const answer = this.#answer(request);
    this.#underWay.add(answer);
    try {
      return await answer;
    } finally {
      this.#underWay.delete(answer);
    }
  }

  async #answer(request: Request): Promise<Response> {
    try {
      if (this.#ending.signal.aborted) {
        throw new Refusal("TEMPORARILY_UNAVAILABLE", "The run is over", { status: 503 });
      }
      return await this.#route(request);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(
        "INTERNAL_ERROR",
        "This is a bug in aero: it failed on a request of MLflow's client",
        // The client would repeat a request that is answered with 500, for minutes.
        { cause: error, status: 501 },
      );
      this.#context.log("mlflow request refused", {
        method: request.method,
        path: new URL(request.url).pathname,
        status: refusal.status,
        // The message repeats what the program said, which may hold a secret.
        code: refusal.errorCode,
        ...(refusal === error ? {} : { bug: error instanceof Error ? error.stack : "not an error" }),
      });
      return refusalAnswer(refusal);
    }
  }

  async #route(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (request.method === "GET") {
      if (pathname === "/health") return new Response("OK");
      if (pathname === "/version") return new Response(VERSION);
      if (pathname === "/api/3.0/mlflow/server-info") return Response.json(SERVER_INFO);
    }
    const match = /^\/(?:ajax-)?api\/(\d\.\d)\/(mlflow|mlflow-artifacts)\/(.*)$/.exec(pathname);
    const path = match === null ? undefined : decode(match[3]!);
    if (match !== null && match[1] === "2.0" && path !== undefined) {
      if (match[2] === "mlflow-artifacts") return await answerArtifact(this.#serving, request, path);
      const route = findRoute(ROUTES, request.method, path);
      if (route !== undefined) {
        const message = await readMessage(request);
        return Response.json(await route.handler(this.#serving, message, route.ids));
      }
    }
    const why = pathname.startsWith("/v1/traces") ? whyRefused("traces") : whyRefused(path ?? "");
    if (why !== undefined) throw new Refusal("NOT_IMPLEMENTED", why);
    throw new Refusal(
      "ENDPOINT_NOT_FOUND",
      `aero serves the part of MLflow's API that logs runs, and not ${request.method} ${pathname}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#underWay);
  }
}

/** A path with its percent signs read; `undefined` if they stand for nothing. */
function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
