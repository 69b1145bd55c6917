import assert from "node:assert/strict";
import { ReplyReader } from "./reply_reader.ts";

/** A connection that gives a text in pieces of `step` bytes, and ends. */
function connectionOf(text: string, step: number): Pick<Deno.Conn, "read"> {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return {
    read(into) {
      if (at === bytes.length) return Promise.resolve(null);
      const piece = bytes.subarray(at, at + Math.min(step, into.length));
      into.set(piece);
      at += piece.length;
      return Promise.resolve(piece.length);
    },
  };
}

async function read(reader: ReplyReader) {
  const { status, headers } = await reader.head();
  let text = "";
  for (let bytes; (bytes = await reader.body()) !== undefined;) text += new TextDecoder().decode(bytes);
  return { status, headers, text };
}

const readerOf = (text: string, step: number) =>
  new ReplyReader(connectionOf(text, step), new Uint8Array(128 * 1024));

Deno.test("replies of each framing follow each other on a connection, however it is cut", async () => {
  const text = "HTTP/1.1 100 Continue\r\n\r\n" +
    'HTTP/1.1 200 OK\r\nETag: "x"\r\nVary: a\r\nvary: b\r\nContent-Length: 5\r\n\r\nhello' +
    "HTTP/1.1 204 None\r\n\r\n" +
    "HTTP/1.1 206 Part\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nsum: 1\r\n\r\n" +
    "HTTP/1.1 500 Bad\r\nConnection: close\r\n\r\nthe rest";
  for (const step of [1, 2, 7, 1000]) {
    const reader = readerOf(text, step);
    assert.deepEqual(await read(reader), {
      status: 200,
      headers: { etag: '"x"', vary: "a, b", "content-length": "5" },
      text: "hello",
    });
    assert.equal((await read(reader)).status, 204);
    assert.equal((await read(reader)).text, "abc0123456789");
    // Of bytes that came already it is not known whose they are.
    if (step === 1) assert.ok(reader.canGoOn);
    assert.equal((await read(reader)).text, "the rest");
    assert.ok(!reader.canGoOn);
  }
});

Deno.test("a reply that ends early, or is none, is told as what it is", async () => {
  for (
    const [text, kind] of [
      ["", Deno.errors.UnexpectedEof],
      ["HTTP/1.1 200 OK\r\nContent-Le", Deno.errors.UnexpectedEof],
      ["HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", Deno.errors.UnexpectedEof],
      ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", Deno.errors.UnexpectedEof],
      ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\nabc\r\n", Deno.errors.Http],
      ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n", Deno.errors.Http],
      ["HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", Deno.errors.Http],
      ["HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\nabc", Deno.errors.Http],
      ["HTTP/1.1 200 OK\r\nno header\r\n\r\n", Deno.errors.Http],
      ["HTTP/2 200 OK\r\n\r\n", Deno.errors.Http],
      [`HTTP/1.1 200 OK\r\nx: ${"y".repeat(70_000)}\r\n\r\n`, Deno.errors.Http],
    ] as const
  ) await assert.rejects(read(readerOf(text, 1000)), kind, JSON.stringify(text.slice(0, 80)));
});
