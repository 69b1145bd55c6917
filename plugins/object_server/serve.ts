import { HTTP_LIMITS, type HttpLimits } from "./http/http_limits.ts";
import { type HttpServer, listenHttp } from "./http/http_server.ts";
import { Metrics } from "./metrics.ts";
import type { ObjectEngine } from "./object_engine.ts";
import type { PublicAcls } from "./operations/acl.ts";
import { RequestHandler } from "./request_handler.ts";

/** How to serve objects. */
export interface ServeOptions {
  /** Stays the caller's to close, after the server. */
  readonly engine: ObjectEngine;
  /** Address to bind; `port` 0 takes a free one. */
  readonly listen: { readonly hostname: string; readonly port: number };
  /** PEM texts; absent: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** What the server says it is, and whose signatures it takes. Default `us-east-1`. */
  readonly region?: string;
  /** Whether signatures for other regions are taken too: clients that cannot be told a region send any. Default true. */
  readonly anyRegion?: boolean;
  /**
   * What becomes of access control lists that would make something public: refused, or taken without effect, for programs
   * that cannot be told to send none. Default `refuse`; nothing is public either way.
   */
  readonly publicAcls?: PublicAcls;
  /** Names whose subdomains are buckets. Default `localhost`; path style works under every name. */
  readonly domains?: readonly string[];
  readonly now: () => Date;
  /**
   * Called once for each request as `request`, with method, operation, bucket, key, status, bytesIn, bytesOut, ms, user,
   * requestId and remote; and as `failure`, with the error, for what went wrong in the server. Never given a secret.
   */
  readonly log: (event: string, fields?: Record<string, unknown>) => void;
  readonly limits?: Partial<HttpLimits>;
}

/** A server of objects that listens. `await using` ends it: requests under way get a few seconds. */
export interface ObjectServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:9000`. */
  readonly url: string;
  /** Resolves once the server has ended and its last connection is closed. */
  readonly closed: Promise<void>;
  /** Counts since the start, as `/-/metrics` gives them. */
  metrics(): string;
  /** Ends the server; requests under way get this long. Again is the same as once. */
  stop(graceMs?: number): Promise<void>;
}

/** How long requests under way may still take when the server ends. */
const GRACE_MS = 5_000;

/**
 * Serves the S3 API over an engine.
 *
 * Nothing is answered to those who do not say who they are, but `/-/healthy` and `/-/metrics`.
 *
 * @throws {Deno.errors.AddrInUse} and other errors of listening, untouched.
 */
export function serveObjects(options: ServeOptions): Promise<ObjectServer> {
  const metrics = new Metrics();
  const scheme = options.tls === undefined ? "http" : "https";
  const handler = new RequestHandler({
    engine: options.engine,
    region: options.region ?? "us-east-1",
    anyRegion: options.anyRegion ?? true,
    publicAcls: options.publicAcls ?? "refuse",
    // The longest name first: the bucket is what stands before it.
    domains: (options.domains ?? ["localhost"]).map((name) => name.toLowerCase())
      .toSorted((a, b) => b.length - a.length),
    scheme,
    now: options.now,
    log: options.log,
    metrics,
    connections: () => server.connections,
  });
  const server: HttpServer = listenHttp({
    listen: options.listen,
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    handler,
    limits: { ...HTTP_LIMITS, ...options.limits },
    now: options.now,
    log: options.log,
  });
  const host = server.hostname.includes(":") ? `[${server.hostname}]` : server.hostname;
  const closed = server.closed.then(() => handler.close());
  const stop = async (graceMs = GRACE_MS) => {
    await server.stop(graceMs);
    await closed;
  };
  return Promise.resolve({
    url: `${scheme}://${host}:${server.port}`,
    closed,
    metrics: () => metrics.text(server.connections),
    stop,
    [Symbol.asyncDispose]: () => stop(),
  });
}
