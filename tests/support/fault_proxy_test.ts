import assert from "node:assert/strict";
import type { FaultName } from "./fault_plan.ts";
import { FaultProxy } from "./fault_proxy.ts";

const OBJECT = new Uint8Array(100_000).map((_, i) => i % 251);

/** A server that keeps what it is sent and gives a fixed object or document. */
class EchoServer implements AsyncDisposable {
  readonly received: Uint8Array[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      // A body that breaks off is not kept.
      this.received.push(new Uint8Array(await request.arrayBuffer()));
      if (new URL(request.url).pathname !== "/document") return new Response(OBJECT);
      return new Response("<List/>", { headers: { "content-type": "application/xml" } });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose]() {
    await this.#server.shutdown();
  }
}

async function withFault<Result>(
  name: FaultName | undefined,
  use: (url: string, server: EchoServer) => Promise<Result>,
): Promise<Result> {
  await using server = new EchoServer();
  const rates = name === undefined ? {} : { [name]: 1 };
  await using proxy = new FaultProxy(server.url, { rates, seed: 1, stallMs: 20 });
  const result = await use(proxy.url, server);
  if (name !== undefined) assert(proxy.happened[name] >= 1);
  return result;
}

async function send(url: string): Promise<{ status: number; body: Uint8Array }> {
  const response = await fetch(`${url}/object`, { method: "PUT", body: OBJECT });
  return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
}

function bitsApart(a: Uint8Array, b: Uint8Array): number {
  assert.equal(a.length, b.length);
  return a.reduce(
    (sum, byte, i) => sum + (byte === b[i] ? 0 : (byte ^ b[i]!).toString(2).replaceAll("0", "").length),
    0,
  );
}

Deno.test("without faults requests and replies pass unchanged, several on one connection", async () => {
  await withFault(undefined, async (url, server) => {
    for (let i = 0; i < 3; i++) assert.deepEqual(await send(url), { status: 200, body: OBJECT });
    assert.deepEqual(server.received, [OBJECT, OBJECT, OBJECT]);
  });
});

Deno.test("without faults a body of unknown length passes unchanged", async () => {
  await withFault(undefined, async (url, server) => {
    const body = ReadableStream.from([OBJECT.subarray(0, 10), OBJECT.subarray(10)]);
    await (await fetch(url, { method: "PUT", body })).body?.cancel();
    assert.deepEqual(server.received, [OBJECT]);
  });
});

for (const name of ["reset-before", "reset-request", "reset-reply", "truncate-reply", "stall"] as const) {
  Deno.test(`${name} fails the request`, async () => {
    await withFault(name, async (url, server) => {
      await assert.rejects(send(url), TypeError);
      const arrived = name === "reset-reply" || name === "truncate-reply";
      assert.deepEqual(server.received, arrived ? [OBJECT] : []);
    });
  });
}

for (
  const [name, status, code] of [["error", 500, "InternalError"], ["slow-down", 503, "SlowDown"]] as const
) {
  Deno.test(`${name} answers ${status} and does not reach the server`, async () => {
    await withFault(name, async (url, server) => {
      const answer = await send(url);
      assert.equal(answer.status, status);
      assert(new TextDecoder().decode(answer.body).includes(`<Code>${code}</Code>`));
      assert.deepEqual(server.received, []);
    });
  });
}

Deno.test("wrong-request changes one bit on the way in", async () => {
  await withFault("wrong-request", async (url, server) => {
    assert.deepEqual(await send(url), { status: 200, body: OBJECT });
    assert.equal(bitsApart(server.received[0]!, OBJECT), 1);
  });
});

Deno.test("wrong-reply changes one bit of an object and none of a document", async () => {
  await withFault("wrong-reply", async (url) => {
    assert.equal(bitsApart((await send(url)).body, OBJECT), 1);
    assert.equal(await (await fetch(`${url}/document`)).text(), "<List/>");
  });
});
