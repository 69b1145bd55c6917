import type { BufferPool } from "../buffer_pool.ts";
import { BodyPace } from "./body_pace.ts";
import { ConnectionReader } from "./connection_reader.ts";
import { ConnectionLost, HttpFault } from "./http_fault.ts";
import type { HttpLimits } from "./http_limits.ts";
import type { HttpHead, HttpRequest, HttpResponse } from "./http_message.ts";
import { parseHead } from "./parse_head.ts";
import { RequestBody } from "./request_body.ts";
import type { TimedConnection } from "./timed_connection.ts";
import { writeResponse } from "./write_response.ts";

/** Answers requests. */
export interface HttpHandler {
  /** Answers one request; a rejection is answered with a bare 500. */
  handle(request: HttpRequest): Promise<HttpResponse>;
  /** The reply to bytes that are no request, or to a head that came too slowly. */
  refuse(status: number, reason: string, remote: string): HttpResponse;
}

/** What the connections of one server have in common. */
export interface ServerState {
  readonly handler: HttpHandler;
  readonly limits: HttpLimits;
  readonly pool: BufferPool;
  /** Value of a `Date` header. */
  readonly date: () => string;
  /** Whether connections end after the reply that is under way. */
  readonly stopping: () => boolean;
}

const CONTINUE = new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n");
/** A rest of a body that is read for the sake of the connection; a longer one costs more than a new connection. */
const DRAIN_BYTES = 256 * 1024;
/** How long, and for how many bytes, a client that still sends is listened to, so that it gets to read the reply. */
const LINGER_MS = 2_000;
const LINGER_BYTES = 4 * 1024 * 1024;

/**
 * Serves the requests of one connection, one after another, until one side ends it; closes it.
 *
 * @param busy Told when a request begins and when its reply is out.
 */
export async function serveConnection(
  connection: TimedConnection,
  remote: string,
  state: ServerState,
  busy: (is: boolean) => void,
): Promise<void> {
  const reader = new ConnectionReader(connection);
  try {
    while (!state.stopping()) {
      const head = await nextHead(connection, reader, remote, state, () => busy(true));
      if (head === undefined) return;
      const goesOn = await serveRequest(connection, reader, head, remote, state);
      if (!goesOn) return;
      busy(false);
    }
  } catch (error) {
    // The other end is gone: nobody is left who could be told.
    if (!(error instanceof ConnectionLost)) throw error;
  } finally {
    connection.close();
  }
}

async function nextHead(
  connection: TimedConnection,
  reader: ConnectionReader,
  remote: string,
  state: ServerState,
  begun: () => void,
): Promise<HttpHead | undefined> {
  const { limits } = state;
  let started = false;
  connection.allowRead(limits.idleTimeoutMs);
  try {
    const bytes = await reader.readHead(limits.maxHeadBytes, () => {
      started = true;
      connection.allowRead(limits.headTimeoutMs);
      begun();
    });
    return bytes === undefined ? undefined : parseHead(bytes);
  } catch (error) {
    const slow = error instanceof ConnectionLost && error.timedOut && started;
    const fault = slow ? new HttpFault(408, "head too slow", { cause: error }) : error;
    if (!(fault instanceof HttpFault)) throw error;
    const response = state.handler.refuse(fault.status, fault.message, remote);
    await reply(connection, { ...response, close: true }, undefined, false, state);
    if (!slow) await linger(connection);
    return undefined;
  }
}

/** @returns Whether the connection may serve another request. */
async function serveRequest(
  connection: TimedConnection,
  reader: ConnectionReader,
  head: HttpHead,
  remote: string,
  state: ServerState,
): Promise<boolean> {
  const { limits, pool } = state;
  const body = new RequestBody(reader, head.framing);
  const pace = new BodyPace(limits);
  let buffer: Uint8Array<ArrayBuffer> | undefined;
  let continued = !head.expectsContinue;
  let broken = false;
  const readBody = async () => {
    if (body.done) return undefined;
    if (!continued && !reader.buffered) await connection.writeAll(CONTINUE, limits.writeTimeoutMs);
    continued = true;
    // A body that is here already needs none.
    if (!reader.buffered) buffer ??= pool.take();
    connection.allowRead(pace.leftMs);
    const since = performance.now();
    try {
      const bytes = await body.read(buffer);
      pace.came(bytes?.length ?? 0, performance.now() - since);
      return bytes;
    } catch (error) {
      broken = true;
      throw error;
    }
  };
  let response: HttpResponse;
  try {
    response = await answer(state, { head, remote, bodyLength: body.left, readBody });
  } finally {
    // A read that timed out may still write to its buffer.
    if (buffer !== undefined) broken ? pool.drop() : pool.give(buffer);
  }
  const drains = continued && !broken && body.left !== undefined && body.left <= DRAIN_BYTES;
  const stays = head.keepAlive && drains && response.close !== true && !state.stopping();
  const reusable = await reply(connection, response, head, stays, state);
  if (broken) return false;
  if (!reusable) {
    if (!body.done) await linger(connection);
    return false;
  }
  connection.allowRead(limits.bodyTimeoutMs);
  while (await body.read(undefined) !== undefined);
  return true;
}

async function answer(state: ServerState, request: HttpRequest): Promise<HttpResponse> {
  try {
    return await state.handler.handle(request);
  } catch (error) {
    if (error instanceof ConnectionLost) throw error;
    if (error instanceof HttpFault) return state.handler.refuse(error.status, error.message, request.remote);
    return { status: 500, headers: [], close: true };
  }
}

async function reply(
  connection: TimedConnection,
  response: HttpResponse,
  head: HttpHead | undefined,
  keepAlive: boolean,
  state: ServerState,
): Promise<boolean> {
  const { writeTimeoutMs } = state.limits;
  let sent = 0;
  try {
    const write = async (bytes: Uint8Array) => {
      await connection.writeAll(bytes, writeTimeoutMs);
      sent += bytes.length;
    };
    const { bytes, reusable } = await writeResponse(write, response, {
      date: state.date(),
      keepAlive,
      headOnly: head?.method === "HEAD",
      old: head?.version === "HTTP/1.0",
    });
    response.sent?.(bytes);
    return reusable;
  } catch (error) {
    response.sent?.(sent, error);
    if (error instanceof ConnectionLost) throw error;
    // A reply that stops in the middle must not look complete: the connection ends here.
    return false;
  }
}

async function linger(connection: TimedConnection): Promise<void> {
  await connection.closeWrite();
  connection.allowRead(LINGER_MS);
  const buffer = new Uint8Array(64 * 1024);
  for (let seen = 0; seen < LINGER_BYTES;) {
    const count = await connection.read(buffer);
    if (count === null) return;
    seen += count;
  }
}
