import { type FaultName, FaultPlan, type FaultRates, FAULTS, type PlannedFault } from "./fault_plan.ts";
import { replyLength, requestLength, type WireHead, WireReader, writeAll } from "./http_wire.ts";

/** What a proxy is to do. */
export interface FaultProxyOptions {
  readonly rates: FaultRates;
  /** Printed, so that a failure can be had again; random if absent. */
  readonly seed?: number;
  /** How long a stall lasts before the connection ends. */
  readonly stallMs?: number;
  /** Requests that nothing happens to are passed on all the same; all are touched if absent. */
  readonly touches?: (method: string, path: string) => boolean;
}

/**
 * Stands between a client and a server of plain HTTP and lets things go wrong.
 *
 * Heads pass byte for byte, the `Host` included, so signatures made for the proxy's address hold at the server.
 */
export class FaultProxy implements AsyncDisposable {
  readonly seed: number;
  /** Where clients connect. */
  readonly url: string;
  /** How often each happened so far. */
  readonly happened: Record<FaultName, number>;
  /** Requests so far, those with a fault included. */
  requests = 0;
  readonly #plan: FaultPlan;
  readonly #target: URL;
  readonly #options: FaultProxyOptions;
  readonly #listener: Deno.TcpListener;
  readonly #open = new Set<Deno.Conn>();
  readonly #stalls = new Set<() => void>();
  readonly #working: Promise<void>;

  constructor(target: string, options: FaultProxyOptions) {
    this.seed = (options.seed ?? Math.floor(Math.random() * 2 ** 32)) >>> 0;
    // deno-lint-ignore no-console -- without the seed a failure could not be had again
    console.log(`fault proxy: seed ${this.seed}`);
    this.#plan = new FaultPlan(this.seed, options.rates);
    this.#target = new URL(target);
    this.#options = options;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.url = `http://127.0.0.1:${this.#listener.addr.port}`;
    this.happened = Object.fromEntries(FAULTS.map((name) => [name, 0])) as Record<FaultName, number>;
    this.#working = this.#accept();
  }

  /** From the next request on. */
  set rates(rates: FaultRates) {
    this.#plan.rates = rates;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const wake of this.#stalls) wake();
    for (const connection of this.#open) close(connection);
    await this.#working;
  }

  async #accept(): Promise<void> {
    const serving = new Set<Promise<void>>();
    try {
      for await (const client of this.#listener) {
        const served = this.#serve(client).finally(() => serving.delete(served));
        serving.add(served);
      }
    } finally {
      await Promise.all(serving);
    }
  }

  async #serve(client: Deno.TcpConn): Promise<void> {
    this.#open.add(client);
    let server: Deno.TcpConn | undefined;
    try {
      server = await Deno.connect({ hostname: this.#target.hostname, port: Number(this.#target.port) });
      this.#open.add(server);
      // Head and body are written apart: each small one would wait for the other end's acknowledgement.
      for (const connection of [client, server]) connection.setNoDelay(true);
      const fromClient = new WireReader(client);
      const fromServer = new WireReader(server);
      while (await this.#exchange(client, server, fromClient, fromServer));
    } catch {
      // Either side went away, which for the other is one more fault.
    } finally {
      for (const connection of [client, server]) {
        if (connection === undefined) continue;
        this.#open.delete(connection);
        close(connection);
      }
    }
  }

  /** One request and its reply; whether another may follow on the connection. */
  async #exchange(
    client: Deno.Conn,
    server: Deno.Conn,
    fromClient: WireReader,
    fromServer: WireReader,
  ): Promise<boolean> {
    const request = await fromClient.head();
    if (request === undefined) return false;
    const [method = "", target = ""] = request.words;
    const path = target.split("?")[0]!;
    const fault = this.#faultFor(method, path);
    if (fault?.name === "reset-before") return false;
    if (fault?.name === "stall") return await this.#stall();
    if (fault?.name === "error" || fault?.name === "slow-down") {
      return await refuse(client, fromClient, request, fault.name);
    }
    await writeAll(server, request.bytes);
    const sending = this.#send(fromClient, server, request, fault).catch(() => false);
    const replied = await this.#reply(fromServer, client, method, fault);
    // A server that answers before it has read all does not read the rest.
    if (!replied) { for (const connection of [client, server]) close(connection); }
    return await sending && replied;
  }

  #faultFor(method: string, path: string): PlannedFault | undefined {
    this.requests++;
    const fault = this.#options.touches?.(method, path) === false ? undefined : this.#plan.next(method, path);
    if (fault !== undefined) this.happened[fault.name]++;
    return fault;
  }

  async #send(from: WireReader, server: Deno.Conn, request: WireHead, fault: PlannedFault | undefined) {
    const length = requestLength(request);
    const spot = spotOf(length, fault);
    let done = 0;
    for await (const { bytes, framing } of from.body(length)) {
      if (fault?.name === "reset-request" && done + bytes.length > spot) {
        await writeAll(server, bytes.subarray(0, Math.max(0, spot - done)));
        close(server);
        return false;
      }
      const wrong = fault?.name === "wrong-request" && !framing && done <= spot && spot < done + bytes.length;
      await writeAll(server, wrong ? withOtherBit(bytes, spot - done) : bytes);
      if (!framing) done += bytes.length;
    }
    return true;
  }

  async #reply(from: WireReader, client: Deno.Conn, method: string, fault: PlannedFault | undefined) {
    let head = await from.head();
    while (head !== undefined && head.words[1]!.startsWith("1")) {
      await writeAll(client, head.bytes);
      head = await from.head();
    }
    if (head === undefined || fault?.name === "reset-reply") return false;
    await writeAll(client, head.bytes);
    const length = replyLength(head, method);
    const spot = spotOf(length, fault);
    const isDocument = head.headers.get("content-type")?.includes("xml") ?? false;
    let done = 0;
    for await (const { bytes, framing } of from.body(length)) {
      if (fault?.name === "truncate-reply" && done + bytes.length > spot) {
        await writeAll(client, bytes.subarray(0, Math.max(0, spot - done)));
        return false;
      }
      const hit = !framing && !isDocument && done <= spot && spot < done + bytes.length;
      const wrong = fault?.name === "wrong-reply" && hit;
      await writeAll(client, wrong ? withOtherBit(bytes, spot - done) : bytes);
      if (!framing) done += bytes.length;
    }
    const isLast = length === "to the end" || head.headers.get("connection")?.toLowerCase() === "close";
    return !isLast;
  }

  async #stall(): Promise<boolean> {
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#stalls.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, this.#options.stallMs ?? 2000);
      this.#stalls.add(wake);
    });
    return false;
  }
}

/** Which byte of a body a fault is about; for one of unknown length one near its beginning. */
function spotOf(length: number | string, fault: PlannedFault | undefined): number {
  return Math.floor((typeof length === "number" ? length : 4096) * (fault?.at ?? 0));
}

function withOtherBit(bytes: Uint8Array, index: number): Uint8Array {
  const copy = bytes.slice();
  copy[index]! ^= 1;
  return copy;
}

/** Takes the request's body and answers in place of the server, with one of S3's error documents. */
async function refuse(
  client: Deno.Conn,
  from: WireReader,
  request: WireHead,
  name: "error" | "slow-down",
): Promise<boolean> {
  // Who asks whether to send does not send.
  if (!request.headers.has("expect")) { for await (const _ of from.body(requestLength(request))); }
  const [status, code] = name === "error" ? ["500 Internal Server Error", "InternalError"] : [
    "503 Slow Down",
    "SlowDown",
  ];
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code>` +
    "<Message>The test wants it so</Message></Error>";
  const body = request.words[0] === "HEAD" ? "" : text;
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/xml\r\ncontent-length: ${text.length}\r\n` +
    "connection: close\r\n\r\n";
  await writeAll(client, new TextEncoder().encode(head + body));
  return false;
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed.
  }
}
