import assert from "node:assert/strict";
import { readToEnd, sendRaw } from "../../../tests/support/raw_socket.ts";
import { HTTP_LIMITS, type HttpLimits } from "./http_limits.ts";
import { ConnectionLost } from "./http_fault.ts";
import type { HttpRequest, HttpResponse } from "./http_message.ts";
import { type HttpServer, listenHttp } from "./http_server.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

type Handle = (request: HttpRequest) => Promise<HttpResponse>;

/** Answers with what the server made of the request, the body's bytes as text among it. */
async function echo(request: HttpRequest): Promise<HttpResponse> {
  const { method, path, query, host, headers } = request.head;
  let body = "";
  for (let bytes; (bytes = await request.readBody()) !== undefined;) body += decoder.decode(bytes);
  const seen = JSON.stringify({ method, path, query, host, headers, body });
  return { status: 200, headers: [], body: encoder.encode(seen) };
}

function listen(handle: Handle, limits: Partial<HttpLimits> = {}): HttpServer {
  return listenHttp({
    listen: { hostname: "127.0.0.1", port: 0 },
    handler: {
      handle,
      refuse: (status, reason) => ({ status, headers: [], body: encoder.encode(reason) }),
    },
    limits: { ...HTTP_LIMITS, ...limits },
    now: () => new Date(0),
    log() {},
  });
}

/** What {@link echo} saw, of the last reply. */
function seen(reply: string): Record<string, unknown> {
  assert.match(reply, /^HTTP\/1.1 200 OK\r\n/);
  return JSON.parse(reply.slice(reply.lastIndexOf("\r\n\r\n") + 4));
}

Deno.test("the path and query reach the handler as they were sent", async () => {
  await using server = listen(echo);
  for (
    const [target, path, query] of [
      ["/b/a/../b/./c", "/b/a/../b/./c", ""],
      ["//b//a//", "//b//a//", ""],
      ["/b/%2e%2e/%2F%ff%FF+a?x=%2f&b=+&c&c", "/b/%2e%2e/%2F%ff%FF+a", "x=%2f&b=+&c&c"],
      ["/a|b<>\"{}^`'\\?q?q", "/a|b<>\"{}^`'\\", "q?q"],
      ["/\xc3\xa9", "/é", ""],
      ["/\xe9", "/é", ""],
      ["http://other:1/x/../y", "/x/../y", ""],
    ] as const
  ) {
    const reply = await sendRaw(
      server.port,
      `GET ${target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`,
    );
    const request = seen(reply);
    assert.deepEqual([request.path, request.query], [path, query], target);
  }
});

Deno.test("headers keep their order, case, repetitions and bytes", async () => {
  await using server = listen(echo);

  const reply = await sendRaw(
    server.port,
    "GET / HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a:  2 \t\r\nx-empty:\r\nx-u: \xc3\xa9\r\nx-l: \xe9\r\nConnection: close\r\n\r\n",
  );

  assert.deepEqual(seen(reply).headers, [
    ["Host", "h"],
    ["X-A", "1"],
    ["x-a", "2"],
    ["x-empty", ""],
    ["x-u", "\xc3\xa9"],
    ["x-l", "é"],
    ["Connection", "close"],
  ]);
});

Deno.test("requests that were sent together are answered in order", async () => {
  await using server = listen(echo);

  const reply = await sendRaw(
    server.port,
    "PUT /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\noneGET /2 HTTP/1.1\r\nHost: h\r\n\r\n" +
      "PUT /3 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" +
      "2;ext=1\r\nth\r\n3\r\nree\r\n0\r\nX-Trailer: 1\r\n\r\n",
  );

  assert.deepEqual([...reply.matchAll(/"path":"(.*?)".*?"body":"(.*?)"/g)].map((m) => [m[1], m[2]]), [
    ["/1", "one"],
    ["/2", ""],
    ["/3", "three"],
  ]);
});

Deno.test("a request that comes byte by byte is the same request", async () => {
  await using server = listen(echo);
  const text =
    "\r\nPUT /1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";

  const reply = await sendRaw(server.port, ...text);

  assert.equal(seen(reply).body, "hello");
});

Deno.test("100 Continue is sent when the body is asked for, and not before", async () => {
  const asked = Promise.withResolvers<void>();
  await using server = listen(async (request) => {
    await asked.promise;
    return await echo(request);
  });
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await connection.write(
    encoder.encode(
      "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
    ),
  );

  asked.resolve();
  const buffer = new Uint8Array(100);
  const first = decoder.decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
  await connection.write(encoder.encode("hello"));

  assert.equal(first, "HTTP/1.1 100 Continue\r\n\r\n");
  assert.equal(seen(await readToEnd(connection)).body, "hello");
});

Deno.test("a refusal before the body is read is sent without 100 Continue, and ends the connection", async () => {
  await using server = listen(() => Promise.resolve({ status: 403, headers: [] }));

  const reply = await sendRaw(
    server.port,
    "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
  );

  assert.match(reply, /^HTTP\/1.1 403 Forbidden\r\n[^]*Connection: close\r\n\r\n$/);
});

Deno.test("a short body that nobody read does not disturb the next request", async () => {
  await using server = listen((request) =>
    request.head.path === "/1" ? Promise.resolve({ status: 403, headers: [] }) : echo(request)
  );

  const reply = await sendRaw(
    server.port,
    `PUT /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n${"x".repeat(100_000)}`,
    "GET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
  );

  assert.match(reply, /^HTTP\/1.1 403 /);
  assert.equal(seen(reply.slice(reply.indexOf("\r\n\r\n") + 4)).path, "/2");
});

Deno.test("a reply to HEAD says the length and sends no body", async () => {
  await using server = listen(() => Promise.resolve({ status: 200, headers: [], body: new Uint8Array(5) }));

  const reply = await sendRaw(server.port, "HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

  assert.match(reply, /Content-Length: 5\r\n[^]*\r\n\r\n$/);
});

Deno.test("a control character in a value of a reply begins no header", async () => {
  await using server = listen(() =>
    Promise.resolve({ status: 200, headers: [["x-amz-meta-a", "1\r\nSet-Cookie: a"]] })
  );

  const reply = await sendRaw(server.port, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

  assert.match(reply, /x-amz-meta-a: 1 {2}Set-Cookie: a\r\n/);
});

Deno.test("a source that ends early ends the connection, so that the client sees the loss", async () => {
  const outcomes: unknown[] = [];
  let closes = 0;
  let reads = 0;
  await using server = listen(() =>
    Promise.resolve({
      status: 200,
      headers: [],
      body: { read: () => reads++ === 0 ? new Uint8Array(10) : undefined, close: () => void closes++ },
      bodyLength: 100_000,
      sent: (_bytes, failure) => outcomes.push(failure),
    })
  );

  const reply = await sendRaw(server.port, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");

  assert.match(reply, /Content-Length: 100000\r\n/);
  assert.ok(outcomes[0] instanceof RangeError);
  assert.equal(closes, 1);
});

Deno.test("a source of unknown length is sent in chunks", async () => {
  const pieces = ["hello", "world"];
  await using server = listen(() =>
    Promise.resolve({
      status: 200,
      headers: [],
      body: {
        read: () => {
          const piece = pieces.shift();
          return piece === undefined ? undefined : encoder.encode(piece);
        },
        close() {},
      },
    })
  );

  const reply = await (await fetch(`http://127.0.0.1:${server.port}/`)).text();

  assert.equal(reply, "helloworld");
});

Deno.test("a client of HTTP/1.0 gets no chunks, and is told if the connection stays", async () => {
  const source = () => {
    const pieces = [encoder.encode("hello")];
    return { read: () => pieces.shift(), close() {} };
  };
  await using server = listen((request) =>
    Promise.resolve({
      status: 200,
      headers: [],
      body: request.head.path === "/source" ? source() : encoder.encode("x"),
    })
  );

  const reply = await sendRaw(
    server.port,
    "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /source HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
  );

  assert.match(reply, /Connection: keep-alive\r\n\r\nx[^]*Connection: close\r\n\r\nhello$/);
  assert.doesNotMatch(reply, /chunked/);
});

Deno.test("a client that does not end its headers is told 408", async () => {
  await using server = listen(echo, { headTimeoutMs: 1 });

  const reply = await sendRaw(server.port, "GET / HTTP/1.1\r\nHost:");

  assert.match(reply, /^HTTP\/1.1 408 /);
});

Deno.test("a connection that stays silent is closed without a word", async () => {
  await using server = listen(echo, { idleTimeoutMs: 1 });

  const reply = await sendRaw(server.port);

  assert.equal(reply, "");
});

Deno.test("a body that stands still ends the request", async () => {
  const failures: string[] = [];
  await using server = listen(async (request) => {
    try {
      return await echo(request);
    } catch (error) {
      failures.push((error as Error).name);
      return { status: 400, headers: [], close: true };
    }
  }, { bodyTimeoutMs: 1 });

  const reply = await sendRaw(server.port, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel");

  assert.deepEqual(failures, ["ConnectionLost"]);
  assert.match(reply, /^HTTP\/1.1 400 /);
});

Deno.test("a body that goes on coming, but far too slowly, ends the request", async () => {
  const failed = Promise.withResolvers<unknown>();
  await using server = listen(async (request) => {
    try {
      return await echo(request);
    } catch (error) {
      failed.resolve(error);
      throw error;
    }
  }, { bodyTimeoutMs: 500, leastBodyBytes: 1000 });
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await connection.write(encoder.encode("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n"));

  // Byte after byte, each well within the time.
  let isOver = false;
  void failed.promise.then(() => isOver = true);
  for (let sent = 0; !isOver && sent < 3000; sent++) {
    await connection.write(encoder.encode("x")).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 1));
  }

  assert.ok(isOver, "bytes that come too slowly are waited for");
  const error = await failed.promise;
  assert.ok(error instanceof ConnectionLost && error.timedOut);
});

Deno.test("a client that does not read its reply is let go", async () => {
  const outcome = Promise.withResolvers<unknown>();
  await using server = listen(() =>
    Promise.resolve({
      status: 200,
      headers: [],
      body: { read: () => new Uint8Array(65536), close() {} },
      bodyLength: 2 ** 40,
      sent: (_bytes, failure) => outcome.resolve(failure),
    }), { writeTimeoutMs: 1 });
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await connection.write(encoder.encode("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));

  assert.equal((await outcome.promise as Error).name, "ConnectionLost");
});

Deno.test("one connection more than the limit is told 503", async () => {
  await using server = listen(echo, { maxConnections: 1 });
  using first = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await first.write(encoder.encode("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  await first.read(new Uint8Array(1000));

  const reply = await sendRaw(server.port);

  assert.match(reply, /^HTTP\/1.1 503 /);
});

Deno.test("stop() lets a request under way end, and closes idle connections at once", async () => {
  const begun = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  await using server = listen(async () => {
    begun.resolve();
    await go.promise;
    return { status: 200, headers: [], body: encoder.encode("done") };
  });
  using idle = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const reply = sendRaw(server.port, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  await begun.promise;

  const stopped = server.stop(60_000);
  assert.equal(await idle.read(new Uint8Array(1)), null);
  go.resolve();

  assert.match(await reply, /Connection: close\r\n\r\ndone$/);
  await stopped;
});

Deno.test("a client that leaves in the middle of a body ends its request only", async () => {
  const failed = Promise.withResolvers<string>();
  await using server = listen(async (request) => {
    try {
      return await echo(request);
    } catch (error) {
      failed.resolve((error as Error).name);
      throw error;
    }
  });
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await connection.write(encoder.encode("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel"));
  connection.close();

  assert.equal(await failed.promise, "ConnectionLost");
  assert.equal(
    seen(await sendRaw(server.port, "GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")).path,
    "/x",
  );
});
