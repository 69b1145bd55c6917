import assert from "node:assert/strict";
import type { SignedRequest } from "./http_handler.ts";
import { PartSender } from "./part_sender.ts";
import { StalledError } from "./stalled_error.ts";

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

Deno.test("a part goes out whole with its length, again over the same connection, and its reply is read", async () => {
  const got: [string, string | null, number][] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { byteLength } = await request.arrayBuffer();
    got.push([new URL(request.url).search, request.headers.get("content-length"), byteLength]);
    return new Response("well", { status: 201, headers: { etag: '"x"' } });
  });
  const sender = new PartSender();
  const request = part(`http://127.0.0.1:${server.addr.port}`, new Uint8Array(3_000_000));
  for (let i = 0; i < 2; i++) {
    const reply = await sender.send(request, "/b/k?partNumber=1", new AbortController().signal);
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
    const sender = new PartSender();
    const request = part(`http://127.0.0.1:${listener.addr.port}`, new Uint8Array(10));
    await assert.rejects(
      sender.send(request, "/b/k", new AbortController().signal),
      (error) => error instanceof StalledError || (error as { code?: string }).code === "ECONNRESET",
    );
    await serving;
    sender.close();
    listener.close();
  }
  const sender = new PartSender();
  await assert.rejects(
    sender.send(
      part("http://127.0.0.1:9", new Uint8Array(1)),
      "/",
      AbortSignal.abort(new TypeError("enough")),
    ),
    { message: "enough" },
  );
  sender.close();
});
