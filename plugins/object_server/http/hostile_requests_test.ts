import assert from "node:assert/strict";
import { readToEnd, sendRaw } from "../../../tests/support/raw_socket.ts";
import { HTTP_LIMITS } from "./http_limits.ts";
import { type HttpServer, listenHttp } from "./http_server.ts";

/** A server that reads each body and answers 200. */
function listen(): HttpServer {
  return listenHttp({
    listen: { hostname: "127.0.0.1", port: 0 },
    handler: {
      async handle(request) {
        while (await request.readBody() !== undefined);
        return { status: 200, headers: [] };
      },
      refuse: (status) => ({ status, headers: [] }),
    },
    limits: HTTP_LIMITS,
    now: () => new Date(0),
    log() {},
  });
}

const REFUSED: readonly (readonly [what: string, request: string, status: number])[] = [
  [
    "length and transfer coding",
    "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    400,
  ],
  ["two lengths", "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400],
  [
    "the same length twice",
    "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    400,
  ],
  ["a list of lengths", "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5, 5\r\n\r\nhello", 400],
  ["a negative length", "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400],
  ["a length with a sign", "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\na", 400],
  ["a length in hex", "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x1\r\n\r\na", 400],
  ["an empty length", "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n", 400],
  [
    "a length past all numbers",
    "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n",
    400,
  ],
  [
    "an unknown transfer coding",
    "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    501,
  ],
  [
    "chunked twice",
    "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
    501,
  ],
  ["chunked with a vertical tab", "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \x0bchunked\r\n\r\n", 400],
  ["chunked in HTTP/1.0", "PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400],
  ["a blank before the colon", "GET / HTTP/1.1\r\nHost: h\r\nContent-Length : 5\r\n\r\nhello", 400],
  ["a folded header", "GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n", 400],
  ["a header without a colon", "GET / HTTP/1.1\r\nHost: h\r\nX\r\n\r\n", 400],
  ["a header without a name", "GET / HTTP/1.1\r\nHost: h\r\n: x\r\n\r\n", 400],
  ["a bare LF in the headers", "GET / HTTP/1.1\r\nHost: h\r\nX: a\nY: b\r\n\r\n", 400],
  ["a bare CR in a header", "GET / HTTP/1.1\r\nHost: h\r\nX: a\rY: b\r\n\r\n", 400],
  ["a NUL in a header", "GET / HTTP/1.1\r\nHost: h\r\nX: a\x00b\r\n\r\n", 400],
  ["a NUL in the target", "GET /a\x00b HTTP/1.1\r\nHost: h\r\n\r\n", 400],
  ["a tab in the target", "GET /a\tb HTTP/1.1\r\nHost: h\r\n\r\n", 400],
  ["a fragment", "GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", 400],
  ["a target that is no path", "GET a HTTP/1.1\r\nHost: h\r\n\r\n", 400],
  ["two blanks in the request line", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400],
  ["no version", "GET /\r\nHost: h\r\n\r\n", 400],
  ["version 2", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505],
  ["no host", "GET / HTTP/1.1\r\n\r\n", 400],
  ["two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400],
  ["a host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400],
  ["a head that is too large", `GET / HTTP/1.1\r\nHost: h\r\nX: ${"a".repeat(40_000)}\r\n\r\n`, 431],
  ["a request line that never ends", "G".repeat(40_000), 431],
  ["a TLS greeting", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400],
];

for (const [what, request, status] of REFUSED) {
  Deno.test(`a request with ${what} is refused with ${status}, and the connection ends`, async () => {
    await using server = listen();

    const reply = await sendRaw(server.port, request, "GET /second HTTP/1.1\r\nHost: h\r\n\r\n");

    assert.match(reply, new RegExp(`^HTTP/1.1 ${status} `));
    assert.equal(reply.split("HTTP/1.1").length, 2, "a second request was served");
  });
}

for (
  const [what, body] of [
    ["a size that is no number", "x\r\nhello\r\n0\r\n\r\n"],
    ["a negative size", "-5\r\nhello\r\n0\r\n\r\n"],
    ["a size with 0x", "0x5\r\nhello\r\n0\r\n\r\n"],
    ["a bare LF", "5\nhello\r\n0\r\n\r\n"],
    ["data past its size", "3\r\nhello\r\n0\r\n\r\n"],
    ["a size line without end", "5;" + "a".repeat(10_000)],
    ["endless trailers", "0\r\n" + "x: y\r\n".repeat(10_000)],
  ] as const
) {
  Deno.test(`a chunked body with ${what} is refused`, async () => {
    await using server = listen();

    const reply = await sendRaw(
      server.port,
      `PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${body}`,
    );

    assert.match(reply, /^HTTP\/1.1 400 /);
    assert.equal(reply.split("HTTP/1.1").length, 2);
  });
}

for (const [what, bytes] of [["TLS", "\x16\x03\x01\x02\x00\x01"], ["something else", "\x00\x01"]] as const) {
  Deno.test(`${what} on the port of plain HTTP is answered 400 at its first bytes`, async () => {
    await using server = listen();

    // It says no more and waits, as a client does that greets.
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await connection.write(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));

    assert.match(await readToEnd(connection), /^HTTP\/1\.1 400 /);
  });
}
