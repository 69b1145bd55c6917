import { graphql, NoSchemaIntrospectionCustomRule, parse, specifiedRules, validate } from "graphql";
import { parseLoose } from "../../../plugins/trackers/wandb/loose_json.ts";
import { takeStream } from "./file_stream.ts";
import { root } from "./root.ts";
import { wandbSchema } from "./schema.ts";
import { need, Refusal, World } from "./world.ts";

/** Key of the one user; 40 characters, as keys have. */
export const WANDB_KEY = "0123456789abcdef0123456789abcdef01234567";

// About 10 MiB.
const MOST_BODY = 10 * 2 ** 20;

/** How a server differs from the usual one. */
export interface WandbServerOptions {
  /** Whether W&B's own SDK is served: it asks about the schema, and sends variables that its queries do not declare. */
  readonly sdk?: boolean;
}

/** A W&B server for tests: it keeps runs in memory, and refuses what the real one does not take. */
export class WandbServer implements AsyncDisposable {
  readonly world = new World();
  /** All requests less what logs in. */
  transcript = "";
  /** What was refused, in words. */
  readonly refused: string[] = [];
  /** Answers 503 to everything. */
  down = false;
  /** Answers in place of the server, if it gives something. */
  answer: ((request: Request) => Response | undefined) | undefined;
  /** Whether the answer to a request that was taken is lost. */
  lose: ((request: Request) => boolean) | undefined;
  readonly #schema = wandbSchema();
  readonly #root = root(this.world);
  readonly #http: Deno.HttpServer<Deno.NetAddr>;
  readonly #sdk: boolean;

  constructor({ sdk = false }: WandbServerOptions = {}) {
    this.#sdk = sdk;
    this.#http = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#handle(request),
    );
    this.world.address = this.address;
  }

  /** Where it listens. */
  get address(): string {
    return `http://127.0.0.1:${this.#http.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#http.shutdown();
  }

  async #handle(request: Request): Promise<Response> {
    const bytes = new Uint8Array(await request.arrayBuffer());
    const headers = [...request.headers].filter(([name]) => name !== "authorization");
    this.transcript += `${request.method} ${request.url}\n${JSON.stringify(headers)}\n${
      new TextDecoder().decode(bytes)
    }\n`;
    if (this.down) return new Response("down", { status: 503 });
    const instead = this.answer?.(request);
    if (instead !== undefined) return instead;
    try {
      const reply = await this.#route(request, bytes);
      return this.lose?.(request) ? new Response("lost", { status: 502 }) : reply;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.refused.push(`${request.method} ${new URL(request.url).pathname}: ${message}`);
      const status = error instanceof Refusal ? error.status : 500;
      return Response.json({ errors: [{ message, path: [] }] }, { status });
    }
  }

  async #route(request: Request, bytes: Uint8Array): Promise<Response> {
    const { pathname } = new URL(request.url);
    const signed = /^\/signed-(upload|download)\/([0-9a-f-]{36})$/.exec(pathname);
    if (signed !== null) return this.#signed(request, signed[1]!, signed[2]!, bytes);
    const known = request.headers.get("authorization") === `Basic ${btoa(`api:${WANDB_KEY}`)}`;
    if (pathname === "/graphql" && request.method === "POST") {
      return await this.#graphql(request, bytes, known);
    }
    if (!known) throw new Refusal(401, "user is not logged in");
    const file = /^\/files\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(pathname);
    if (file !== null && request.method === "GET") return this.#file(file.slice(1).map(decodeURIComponent));
    const stream = /^\/files\/([^/]+)\/([^/]+)\/([^/]+)\/file_stream$/.exec(pathname);
    if (stream === null || request.method !== "POST") throw new Refusal(404, "not found");
    need(bytes.length <= MOST_BODY, "the body is too large");
    need(!request.headers.has("content-encoding"), "FILESTREAM_GZIP is not on");
    const [entity, project, name] = stream.slice(1).map(decodeURIComponent) as [string, string, string];
    const run = this.world.needRun(entity, project, name);
    return Response.json(takeStream(run, jsonIn(request, bytes), this.world.tick()));
  }

  #signed(request: Request, what: string, secret: string, bytes: Uint8Array): Response {
    if (request.headers.has("authorization")) throw new Refusal(400, "only one auth mechanism allowed");
    if (what === "download") {
      const found = this.world.downloads.get(secret)?.();
      if (found === undefined || request.method !== "GET") throw new Refusal(404, "not found");
      return new Response(new Uint8Array(found));
    }
    const take = this.world.uploads.get(secret);
    if (take === undefined || request.method !== "PUT") throw new Refusal(404, "not found");
    if (request.headers.get("content-length") !== String(bytes.length)) {
      throw new Refusal(411, "a length is required");
    }
    need(request.headers.get("x-signed") === "yes", "the signed headers are missing");
    take(bytes);
    return new Response(null, { status: 200 });
  }

  #file([entity, project, run, name]: string[]): Response {
    const bytes = this.world.needRun(entity, project!, run!).files.get(name!)?.bytes;
    if (bytes === undefined) throw new Refusal(404, "not found");
    return new Response(new Uint8Array(bytes));
  }

  async #graphql(request: Request, bytes: Uint8Array, known: boolean): Promise<Response> {
    const body = jsonIn(request, bytes) as { query?: string; variables?: Record<string, unknown> };
    need(typeof body.query === "string", "there is no query");
    const document = parse(body.query);
    const rules = this.#sdk ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
    const faults = validate(this.#schema, document, rules);
    if (faults.length > 0) throw new Refusal(400, faults.map(({ message }) => message).join("; "));
    for (const name of this.#sdk ? [] : Object.keys(body.variables ?? {})) {
      need(new RegExp(`\\$${name}\\b`).test(body.query), `the variable ${name} is not declared`);
    }
    // One who is not logged in is told so with status 200 and null.
    if (!known && !/\bviewer\b/.test(body.query)) throw new Refusal(401, "user is not logged in");
    const rootValue = known ? this.#root : { viewer: null, serverInfo: this.#root.serverInfo };
    const result = await graphql({
      schema: this.#schema,
      source: body.query,
      rootValue,
      variableValues: body.variables ?? {},
    });
    const refusal = result.errors?.map(({ originalError }) => originalError).find((error) =>
      error instanceof Refusal
    );
    if (refusal !== undefined) throw refusal;
    if (result.errors !== undefined) this.refused.push(`graphql: ${result.errors.map(String).join("; ")}`);
    return Response.json(result);
  }
}

function jsonIn(request: Request, bytes: Uint8Array): unknown {
  const type = request.headers.get("content-type") ?? "";
  need(/^application\/json\b/.test(type), `the content type must be application/json; it is ${type}`);
  try {
    // Bodies are JSON without bare words; those stand in the lines within.
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Refusal(400, "the body is not JSON");
  }
}

/** What a stored text holds. */
export function readStored(text: string): Record<string, unknown> {
  return parseLoose(text) as Record<string, unknown>;
}
