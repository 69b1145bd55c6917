import { readAddress } from "../s3_protocol/bucket_names.ts";
import { S3Fault } from "../s3_protocol/errors.ts";
import { parseQuery, percentDecode } from "../s3_protocol/percent_encoding.ts";
import { authenticate, withQueryHeaders } from "./authenticate.ts";
import { errorReply, faultOf } from "./error_reply.ts";
import { ConnectionLost } from "./http/http_fault.ts";
import { decodeHeaders } from "./http/parse_head.ts";
import type { HttpRequest, HttpResponse } from "./http/http_message.ts";
import type { HttpHandler } from "./http/serve_connection.ts";
import type { Metrics } from "./metrics.ts";
import type { ObjectEngine, User } from "./object_engine.ts";
import type { PublicAcls } from "./operations/acl.ts";
import { Call, joinHeaders } from "./operations/call.ts";
import { headersForOrigin, preflight } from "./operations/cors.ts";
import { IncomingBody } from "./operations/incoming_body.ts";
import { DigestThreads } from "./operations/digest_threads.ts";
import type { Operation } from "./operations/operation.ts";
import { postObject } from "./operations/post_form.ts";
import { Query } from "./operations/query.ts";
import type { Reply } from "./operations/reply.ts";
import { findOperation } from "./operations/routes.ts";
import { Turnstile } from "./turnstile.ts";

/** What a server answers with. */
export interface HandlerOptions {
  readonly engine: ObjectEngine;
  /** What the server says it is, and the only region whose signatures are taken unless `anyRegion`. */
  readonly region: string;
  readonly anyRegion: boolean;
  readonly publicAcls: PublicAcls;
  /** Names whose subdomains are buckets, in lower case. */
  readonly domains: readonly string[];
  readonly scheme: "http" | "https";
  readonly now: () => Date;
  /** Called once for each request, as `request`; and for what went wrong in the server, as `failure`. */
  readonly log: (event: string, fields?: Record<string, unknown>) => void;
  readonly metrics: Metrics;
  /** Open connections. */
  readonly connections: () => number;
}

/** What becomes known of a request on the way; all of it may be logged. */
interface Progress {
  operation: string;
  bucket: string;
  key: string;
  user: string;
  bytesIn: number;
  code: string;
}

/** Paths that cannot be those of a bucket. */
const HEALTHY = "/-/healthy";
const METRICS = "/-/metrics";

/** Bodies up to here cost no more than the connection that they come through. */
const SMALL_BODY_BYTES = 64 * 1024;
/** Larger bodies that are taken in at once, and how long another waits for its turn. */
const BODIES_AT_ONCE = 64;
const BODY_PATIENCE_MS = 1_000;

const encoder = new TextEncoder();

/** Answers requests of S3, and those for health and metrics. */
export class RequestHandler implements HttpHandler {
  readonly #options: HandlerOptions;
  /** Tells this start's request ids from those of others. */
  readonly #start = crypto.getRandomValues(new Uint8Array(5)).toHex().toUpperCase();
  readonly #threads = new DigestThreads();
  readonly #bodies = new Turnstile(BODIES_AT_ONCE, BODY_PATIENCE_MS);
  #count = 0;
  #probe: Promise<void> | undefined;

  constructor(options: HandlerOptions) {
    this.#options = options;
  }

  async handle(request: HttpRequest): Promise<HttpResponse> {
    const { head } = request;
    if (head.path === HEALTHY || head.path === METRICS) return await this.#observe(request);
    const began = performance.now();
    const id = `${this.#start}${(this.#count++ % 0x1000000).toString(16).toUpperCase().padStart(6, "0")}`;
    const progress: Progress = { operation: "Unknown", bucket: "", key: "", user: "", bytesIn: 0, code: "" };
    this.#options.metrics.begin();
    const end = (status: number, bytesOut: number, failure?: unknown) =>
      this.#end(request, progress, { id, began, status, bytesOut }, failure);
    let response: HttpResponse;
    try {
      response = await this.#answer(request, progress);
    } catch (error) {
      if (error instanceof ConnectionLost && !error.timedOut) {
        // 499: nobody is left to be told; the number is that of nginx.
        end(499, 0, error);
        throw error;
      }
      const fault = faultOf(error);
      progress.code = fault.code;
      if (fault.status === 500) this.#failure(id, error);
      response = errorReply(fault, head.path, id);
    }
    // A preflight has said all that there is to say of its own.
    const cors = head.method === "OPTIONS"
      ? []
      : await headersForOrigin(this.#options.engine, progress.bucket, head.method, joinHeaders(head.headers));
    return {
      ...response,
      headers: [
        ["x-amz-request-id", id],
        ["x-amz-id-2", id],
        ...response.headers,
        ...cors,
      ],
      sent: (bytes, failure) => {
        if (failure !== undefined && !(failure instanceof ConnectionLost)) this.#failure(id, failure);
        end(response.status, bytes, failure);
      },
    };
  }

  /** Ends what was started for requests, once there are none. */
  close(): void {
    this.#threads.close();
  }

  refuse(status: number, reason: string, remote: string): HttpResponse {
    this.#options.log("request", { operation: "Unknown", status, reason, remote });
    this.#options.metrics.begin();
    this.#options.metrics.end({ operation: "Unknown", status, bytesIn: 0, bytesOut: 0, ms: 0 });
    return { status, headers: [["Content-Type", "text/plain"]], body: encoder.encode(`${reason}\n`) };
  }

  /** Answers about the server itself; nobody has to say who they are, since nothing of what is stored is told. */
  async #observe({ head }: HttpRequest): Promise<HttpResponse> {
    if (head.method !== "GET" && head.method !== "HEAD") {
      return { status: 405, headers: [["Allow", "GET, HEAD"]] };
    }
    if (head.path === METRICS) {
      const text = this.#options.metrics.text(this.#options.connections());
      return {
        status: 200,
        headers: [["Content-Type", "text/plain; version=0.0.4; charset=utf-8"]],
        body: encoder.encode(text),
      };
    }
    const plain = [["Content-Type", "text/plain"]] as const;
    try {
      // A probe is a write: however many ask at once, one is made.
      this.#probe ??= this.#options.engine.probe().finally(() => this.#probe = undefined);
      await this.#probe;
      return { status: 200, headers: plain, body: encoder.encode("ok\n") };
    } catch (error) {
      this.#failure("", error);
      return { status: 503, headers: plain, body: encoder.encode("unavailable\n") };
    }
  }

  async #answer(request: HttpRequest, progress: Progress): Promise<Reply> {
    const { engine } = this.#options;
    const { head } = request;
    const readBody = async () => {
      const bytes = await request.readBody();
      progress.bytesIn += bytes?.length ?? 0;
      return bytes;
    };
    const { bucket = "", key = "" } = readAddress(head.host, percentDecode(head.path), this.#options.domains);
    Object.assign(progress, { bucket, key });
    const text = decodeHeaders(head.headers);
    const headers = joinHeaders(text);
    if (head.method === "OPTIONS") {
      progress.operation = "Preflight";
      if (bucket === "") throw new S3Fault("BadRequest");
      return await preflight(engine, bucket, headers);
    }
    const contentType = headers.get("content-type") ?? "";
    if (
      head.method === "POST" && key === "" && bucket !== "" && /^multipart\/form-data\b/i.test(contentType)
    ) {
      progress.operation = "PostObject";
      return await this.#post(request, bucket, contentType, readBody, (user) => progress.user = user.name);
    }
    const query = new Query(head.query);
    const target = bucket === "" ? "service" : key === "" ? "bucket" : "object";
    const operation = findOperation(target, head.method, query, headers);
    if (operation !== undefined && operation !== "not_implemented") progress.operation = operation.name;
    const { user, verified } = await authenticate(engine, { ...head, headers: text }, {
      now: this.#options.now().getTime(),
      region: this.#options.anyRegion ? undefined : this.#options.region,
      hostBucket: readAddress(head.host, "/", this.#options.domains).bucket,
    });
    progress.user = user.name;
    if (operation === "not_implemented") throw new S3Fault("NotImplemented");
    if (operation === undefined) throw new S3Fault("MethodNotAllowed");
    const sent = verified.how === "query"
      ? withQueryHeaders(head.headers, parseQuery(head.query))
      : head.headers;
    const rawHeaders = joinHeaders(sent);
    const named = sent === text ? headers : joinHeaders(decodeHeaders(sent));
    const call = new Call({
      engine,
      region: this.#options.region,
      now: this.#options.now().getTime(),
      user,
      bucket,
      key,
      query,
      headers: named,
      rawHeaders,
      publicAcls: this.#options.publicAcls,
      body: new IncomingBody(
        { ...request, readBody },
        named,
        verified.payload,
        verified.seed,
        this.#threads,
      ),
    });
    await requireRight(call, operation);
    if (bucket !== "") await call.requireOwner(bucket, "x-amz-expected-bucket-owner");
    if ((call.body.length ?? Infinity) <= SMALL_BODY_BYTES || !call.body.announced) {
      return await operation.run(call);
    }
    using _turn = await this.#bodies.enter();
    return await operation.run(call);
  }

  async #post(
    request: HttpRequest,
    bucket: string,
    contentType: string,
    readBody: () => Promise<Uint8Array | undefined>,
    identified: (user: User) => void,
  ): Promise<Reply> {
    const { engine, scheme, region, anyRegion, publicAcls, now } = this.#options;
    using _turn = await this.#bodies.enter();
    return await postObject({
      engine,
      bucket,
      contentType,
      readBody,
      now: now().getTime(),
      origin: `${scheme}://${request.head.host}`,
      region: anyRegion ? undefined : region,
      publicAcls,
    }, identified);
  }

  #end(
    request: HttpRequest,
    progress: Progress,
    outcome: { id: string; began: number; status: number; bytesOut: number },
    failure: unknown,
  ): void {
    const { operation, bytesIn } = progress;
    const { id, began, status, bytesOut } = outcome;
    const ms = performance.now() - began;
    this.#options.metrics.end({ operation, status, bytesIn, bytesOut, ms });
    this.#options.log("request", {
      requestId: id,
      method: request.head.method,
      operation,
      ...(progress.bucket === "" ? {} : { bucket: progress.bucket }),
      ...(progress.key === "" ? {} : { key: progress.key }),
      status,
      ...(progress.code === "" ? {} : { code: progress.code }),
      bytesIn,
      bytesOut,
      ms: Math.round(ms * 100) / 100,
      ...(progress.user === "" ? {} : { user: progress.user }),
      remote: request.remote,
      ...(failure === undefined ? {} : { cut: true }),
    });
  }

  #failure(requestId: string, error: unknown): void {
    this.#options.log("failure", { requestId, error });
  }
}

async function requireRight(call: Call, { access }: Operation): Promise<void> {
  if (access === "self") return;
  if (access === "list") return void await call.require("read", call.bucket, call.query.get("prefix") ?? "");
  await call.require(access, call.bucket, call.key === "" ? undefined : call.key);
}
