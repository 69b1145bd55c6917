import { BufferPool } from "../buffer_pool.ts";
import { encodeHead } from "./encode_head.ts";
import type { HttpLimits } from "./http_limits.ts";
import { type HttpHandler, serveConnection, type ServerState } from "./serve_connection.ts";
import { TimedConnection } from "./timed_connection.ts";

/** Where and how to listen. */
export interface HttpServerOptions {
  /** Address to bind; `port` 0 takes a free one. */
  readonly listen: { readonly hostname: string; readonly port: number };
  /** PEM texts; absent: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly handler: HttpHandler;
  readonly limits: HttpLimits;
  /** Wall clock, for `Date`. */
  readonly now: () => Date;
  /** Told of what no request accounts for, such as a failed handshake. */
  readonly log: (event: string, fields?: Record<string, unknown>) => void;
}

/** A server that listens. */
export interface HttpServer extends AsyncDisposable {
  readonly hostname: string;
  readonly port: number;
  /** Open connections. */
  readonly connections: number;
  /** Resolves when the last connection has ended after {@link stop}. */
  readonly closed: Promise<void>;
  /** Takes no more connections; requests under way get this long to end, idle connections end at once. */
  stop(graceMs: number): Promise<void>;
}

/** How often time limits are looked at, in milliseconds: no limit is kept more exactly. */
const TICK_MS = 250;
/** What a read of a body takes at once, where that much has come. */
const BODY_BUFFER_BYTES = 256 * 1024;
/** Body buffers: 16 MiB. Bodies past them are read through the connections' own, which are smaller. */
const POOL_BUFFERS = 64;

/**
 * Listens for HTTP/1.1, plain or over TLS.
 *
 * Not `Deno.serve`: that has no limit on how long a client may take for its headers, none on connections, and gives a
 * handler neither. Paths and headers reach the handler exactly as they were sent.
 *
 * @throws {Deno.errors.AddrInUse} and other errors of listening, untouched.
 */
export function listenHttp(options: HttpServerOptions): HttpServer {
  const { listen, limits, handler } = options;
  const listener = options.tls === undefined
    ? Deno.listen({ ...listen, transport: "tcp" })
    : Deno.listenTls({ ...listen, ...options.tls });
  const address = listener.addr as Deno.NetAddr;
  const open = new Map<TimedConnection, boolean>();
  let stopping = false;
  let ticks = 0;
  let date: { second: number; text: string } = { second: -1, text: "" };
  const state: ServerState = {
    handler,
    limits,
    pool: new BufferPool(BODY_BUFFER_BYTES, POOL_BUFFERS),
    stopping: () => stopping,
    date() {
      const now = options.now();
      const second = Math.floor(now.getTime() / 1000);
      if (date.second !== second) date = { second, text: now.toUTCString() };
      return date.text;
    },
  };
  const timer = setInterval(() => {
    ticks++;
    for (const connection of open.keys()) connection.check();
  }, TICK_MS);
  const { promise: closed, resolve: finish } = Promise.withResolvers<void>();
  const settle = () => {
    if (!stopping || open.size > 0) return;
    clearInterval(timer);
    finish();
  };

  async function serve(socket: Deno.Conn): Promise<void> {
    const connection = new TimedConnection(socket, () => ticks * TICK_MS);
    open.set(connection, false);
    try {
      if (open.size > limits.maxConnections) {
        await connection.writeAll(TOO_MANY, limits.writeTimeoutMs).catch(() => {});
        connection.close();
        return;
      }
      if ("setNoDelay" in socket) (socket as Deno.TcpConn).setNoDelay(true);
      const { hostname, port } = socket.remoteAddr as Deno.NetAddr;
      const busy = (is: boolean) => open.set(connection, is);
      await serveConnection(connection, `${hostname}:${port}`, state, busy);
    } catch (error) {
      options.log("connection_failed", { error: error instanceof Error ? error.name : "unknown" });
    } finally {
      open.delete(connection);
      settle();
    }
  }

  async function accept(): Promise<void> {
    while (!stopping) {
      try {
        void serve(await listener.accept());
      } catch (error) {
        if (stopping) break;
        // Out of descriptors, or a client that left before it was greeted: neither may end the server.
        options.log("accept_failed", { error: error instanceof Error ? error.name : "unknown" });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    settle();
  }
  void accept();

  const stop = async (graceMs: number) => {
    if (!stopping) {
      stopping = true;
      listener.close();
      for (const [connection, busy] of open) if (!busy) connection.endRead();
    }
    const grace = setTimeout(() => {
      for (const connection of open.keys()) connection.close();
    }, graceMs);
    settle();
    await closed;
    clearTimeout(grace);
  };
  return {
    hostname: address.hostname,
    port: address.port,
    get connections() {
      return open.size;
    },
    closed,
    stop,
    [Symbol.asyncDispose]: () => stop(0),
  };
}

const TOO_MANY = encodeHead(503, [["Content-Length", "0"], ["Connection", "close"], ["Retry-After", "1"]]);
