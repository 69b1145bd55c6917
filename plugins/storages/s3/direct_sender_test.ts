import assert from "node:assert/strict";
import type { SignedRequest } from "./http_handler.ts";
import { DirectSender } from "./direct_sender.ts";

function part(url: string, body: Uint8Array): SignedRequest {
  const { protocol, hostname, port } = new URL(url);
  return {
    method: "PUT",
    protocol,
    hostname,
    port: Number(port),
    path: "/b/k",
    query: { partNumber: "1" },
    headers: {},
    body,
  };
}

const never = () => ({ signal: new AbortController().signal, lendsChunks: false });

Deno.test("a part goes out whole with its length, again over the same connection, and its reply is read", async () => {
  const got: [string, string | null, number][] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { byteLength } = await request.arrayBuffer();
    got.push([new URL(request.url).search, request.headers.get("content-length"), byteLength]);
    return new Response("well", { status: 201, headers: { etag: '"x"' } });
  });
  const sender = new DirectSender();
  const request = part(`http://127.0.0.1:${server.addr.port}`, new Uint8Array(3_000_000));
  for (let i = 0; i < 2; i++) {
    const reply = await sender.send(request, "/b/k?partNumber=1", never());
    assert.equal(reply.statusCode, 201);
    assert.equal(reply.headers.etag, '"x"');
    assert.equal(await new Response(reply.body).text(), "well");
  }
  sender.close();
  assert.deepEqual(got, Array(2).fill(["?partNumber=1", "3000000", 3_000_000]));
});

Deno.test("a part whose connection ends without a reply, or in its middle, fails; an abort is told as it is", async () => {
  for (const answer of ["", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1"]) {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const serving = (async () => {
      const connection = await listener.accept();
      await connection.read(new Uint8Array(1000));
      if (answer !== "") await connection.write(new TextEncoder().encode(answer));
      connection.close();
    })();
    const sender = new DirectSender();
    const request = part(`http://127.0.0.1:${listener.addr.port}`, new Uint8Array(10));
    await assert.rejects(
      sender.send(request, "/b/k", never()),
      (error) => error instanceof Deno.errors.UnexpectedEof || error instanceof Deno.errors.ConnectionReset,
    );
    await serving;
    sender.close();
    listener.close();
  }
  const sender = new DirectSender();
  await assert.rejects(
    sender.send(
      part("http://127.0.0.1:9", new Uint8Array(1)),
      "/",
      { signal: AbortSignal.abort(new TypeError("enough")), lendsChunks: false },
    ),
    { message: "enough" },
  );
  sender.close();
});

Deno.test("a large reply comes in memory that is used again, and its connection is kept once it is read", async () => {
  const body = new Uint8Array(3_000_000).map((_, i) => i * 7 + (i >> 13));
  let connections = 0;
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      connections++;
      void (async () => {
        while (await connection.read(new Uint8Array(1000)) !== null) {
          const head = new TextEncoder().encode(
            `HTTP/1.1 206 Part\r\nContent-Length: ${body.length}\r\n\r\n`,
          );
          for (const bytes of [head, body]) {
            for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
          }
        }
        connection.close();
      })().catch(() => {});
    }
  })();
  const sender = new DirectSender();
  const request: SignedRequest = {
    method: "GET",
    protocol: "http:",
    hostname: "127.0.0.1",
    port: listener.addr.port,
    path: "/b/k",
    headers: {},
  };
  const options = { ...never(), lendsChunks: true };
  const memory = new Set<ArrayBufferLike>();
  for (let i = 0; i < 2; i++) {
    const reply = await sender.send(request, "/b/k", options);
    let at = 0;
    for await (const chunk of reply.body) {
      memory.add(chunk.buffer);
      assert.deepEqual(chunk, body.subarray(at, at += chunk.length));
    }
    assert.equal(at, body.length);
  }
  assert.equal(memory.size, 1);
  assert.equal(connections, 1);
  const given = await sender.send(request, "/b/k", options);
  await given.body.cancel();
  const other = await sender.send(request, "/b/k", options);
  assert.equal(connections, 2);
  await other.body.cancel();
  sender.close();
  listener.close();
  await serving;
});

Deno.test("a kept connection that is gone is made anew, and a refusal that comes before all was sent is read", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  const refusal = "HTTP/1.1 503 Slow\r\nContent-Length: 4\r\n\r\nslow";
  const serving = (async () => {
    for await (const connection of listener) {
      open.push(connection);
      if (open.length === 1) {
        // All of it, so that the connection ends without a reset.
        await readThrough(connection, "end of the part");
        await connection.write(new TextEncoder().encode(refusal));
        connection.close();
      } else {
        // Far less than the part, which is then never sent to its end.
        await connection.read(new Uint8Array(100));
        await connection.write(new TextEncoder().encode(refusal));
        connection.closeWrite().catch(() => {});
      }
    }
  })();
  const sender = new DirectSender();
  const url = `http://127.0.0.1:${listener.addr.port}`;
  const small = new TextEncoder().encode("end of the part");
  for (const bytes of [small, small, new Uint8Array(20_000_000)]) {
    const reply = await sender.send(part(url, bytes), "/b/k", never());
    assert.equal(reply.statusCode, 503);
    assert.equal(await new Response(reply.body).text(), "slow");
  }
  sender.close();
  listener.close();
  await serving;
  for (const connection of open.slice(1)) connection.close();
});

/** Reads until what was read ends with `text`. */
async function readThrough(connection: Deno.Conn, text: string): Promise<void> {
  let read = "";
  const buffer = new Uint8Array(1000);
  while (!read.endsWith(text)) {
    const length = await connection.read(buffer);
    assert.notEqual(length, null, "the connection ended before the part");
    read += new TextDecoder().decode(buffer.subarray(0, length!));
  }
}
