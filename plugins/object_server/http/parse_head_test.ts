import assert from "node:assert/strict";
import fc from "fast-check";
import { propertyRun } from "../../../tests/support/property_seed.ts";
import { encodeHead } from "./encode_head.ts";
import { HttpFault } from "./http_fault.ts";
import { decodeHeader, parseHead } from "./parse_head.ts";

const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

Deno.test("whatever bytes come, they are a head or an HttpFault", () => {
  const pieces = fc.constantFrom(
    "GET",
    "/",
    " ",
    "HTTP/1.1",
    "\r\n",
    "\r",
    "\n",
    "Host",
    ":",
    "a",
    "\0",
    "\xff",
    "\t",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: "binary" })), { maxLength: 30 }), (words) => {
      try {
        const head = parseHead(bytesOf(words.join("")));
        assert.ok(head.path.startsWith("/"));
      } catch (error) {
        assert.ok(error instanceof HttpFault, String(error));
      }
    }),
    propertyRun(),
  );
});

Deno.test("a head is read as it was written", () => {
  const token = fc.stringMatching(/^[a-z0-9-]{1,20}$/);
  const value = fc.stringMatching(/^[!-~\xa1-\xff]([ -~\xa1-\xff]{0,40}[!-~\xa1-\xff])?$/);
  const names = ["host", "content-length", "transfer-encoding", "connection", "expect"];
  const headers = fc.array(fc.tuple(token.filter((name) => !names.includes(name)), value), { maxLength: 10 });
  fc.assert(
    fc.property(fc.stringMatching(/^[!-"$->@-~]{0,40}$/), headers, (path, fields) => {
      const lines = [
        `PUT /${path}?q HTTP/1.1`,
        "Host: h",
        ...fields.map(([name, value]) => `${name}: ${value}`),
      ];

      const head = parseHead(bytesOf(lines.join("\r\n")));

      assert.deepEqual([head.method, head.path, head.query, head.host], ["PUT", `/${path}`, "q", "h"]);
      assert.deepEqual(head.headers.slice(1), fields);
    }),
    propertyRun(),
  );
});

Deno.test("what came in a header goes out as the same bytes", () => {
  for (const bytes of ["plain", "\xe9", "\xc3\xa9", "\xff\xfe"]) {
    const head = parseHead(bytesOf(`GET / HTTP/1.1\r\nHost: h\r\nx-a: ${bytes}`));

    const sent = encodeHead(200, [["x-a", head.headers[1]![1]]]);

    assert.deepEqual(sent.subarray(-4 - bytes.length, -4), bytesOf(bytes));
  }
});

Deno.test("text in other alphabets goes out as UTF-8", () => {
  const sent = encodeHead(200, [["x-a", "日"]]);

  assert.deepEqual([...sent.subarray(-7, -4)], [0xe6, 0x97, 0xa5]);
  assert.equal(decodeHeader("\xe6\x97\xa5"), "日");
});
