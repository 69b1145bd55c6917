import assert from "node:assert/strict";
import { AwsChunkedDecoder, type ChunkedOptions } from "./aws_chunked.ts";
import { isS3Fault, type S3ErrorCode } from "./errors.ts";
import { signingKey } from "./signing_key.ts";

const scope = { date: "20130524", region: "us-east-1", service: "s3" };
const key = signingKey("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", scope);
const timestamp = "20130524T000000Z";

const SIGNED: ChunkedOptions = {
  seed: {
    signingKey: key,
    scope,
    timestamp,
    signature: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
  },
  trailer: false,
  decodedLength: 66560,
};
const SIGNED_BODY = [
  "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
  "a".repeat(65536),
  "400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
  "a".repeat(1024),
  "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
  "",
  "",
].join("\r\n");

const SIGNED_TRAILER: ChunkedOptions = {
  seed: { ...SIGNED.seed!, signature: "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e" },
  trailer: true,
  decodedLength: 66560,
  announced: ["x-amz-checksum-crc32c"],
};
const SIGNED_TRAILER_BODY = [
  "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
  "a".repeat(65536),
  "400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
  "a".repeat(1024),
  "0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
  "x-amz-checksum-crc32c:sOO8/Q==",
  "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435",
  "",
  "",
].join("\r\n");

const UNSIGNED: ChunkedOptions = { trailer: true };
const UNSIGNED_BODY = "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Amz-Checksum-Crc32: AAAAAA== \r\n\r\n";

/** Decodes a body that comes in pieces of `step` bytes. */
function decode(options: ChunkedOptions, body: string, step = body.length) {
  const decoder = new AwsChunkedDecoder(options);
  const bytes = new TextEncoder().encode(body);
  let payload = "";
  for (let at = 0; at < bytes.length; at += step) {
    for (const piece of decoder.push(bytes.subarray(at, at + step))) {
      payload += new TextDecoder().decode(piece);
    }
  }
  return { payload, trailers: Object.fromEntries(decoder.finish()) };
}

function assertFault(code: S3ErrorCode, run: () => unknown): void {
  assert.throws(run, (error) => isS3Fault(error, code) || assert.fail(`not ${code}: ${error}`));
}

for (const step of [1, 7, 1000, 1_000_000]) {
  Deno.test(`the published signed body comes out whole in pieces of ${step} bytes`, () => {
    assert.deepEqual(decode(SIGNED, SIGNED_BODY, step), { payload: "a".repeat(66560), trailers: {} });
    assert.deepEqual(decode(SIGNED_TRAILER, SIGNED_TRAILER_BODY, step), {
      payload: "a".repeat(66560),
      trailers: { "x-amz-checksum-crc32c": "sOO8/Q==" },
    });
  });
}

Deno.test("an unsigned body gives its trailers, names in lower case, values without blanks around", () => {
  assert.deepEqual(decode(UNSIGNED, UNSIGNED_BODY, 1), {
    payload: "abcde",
    trailers: { "x-amz-checksum-crc32": "AAAAAA==" },
  });
});

Deno.test("lines may end in LF alone", () => {
  const body = UNSIGNED_BODY.replaceAll("\r\n", "\n");
  assert.equal(decode(UNSIGNED, body, 1).payload, "abcde");
});

Deno.test("an empty body without trailers is whole", () => {
  assert.deepEqual(decode(UNSIGNED, "0\r\n\r\n"), { payload: "", trailers: {} });
});

Deno.test("push() gives views of what it was given", () => {
  const bytes = new TextEncoder().encode(UNSIGNED_BODY);

  const [piece] = new AwsChunkedDecoder(UNSIGNED).push(bytes);

  assert.equal(piece!.buffer, bytes.buffer);
});

Deno.test("a byte changed in a signed chunk is a wrong signature", () => {
  assertFault("SignatureDoesNotMatch", () => decode(SIGNED, SIGNED_BODY.replace("aaaa", "aaab")));
});

Deno.test("a byte changed in a signed trailer, or no signature of it, is a wrong signature", () => {
  assertFault(
    "SignatureDoesNotMatch",
    () => decode(SIGNED_TRAILER, SIGNED_TRAILER_BODY.replace("sOO8", "sOO9")),
  );
  assertFault(
    "SignatureDoesNotMatch",
    () => decode(SIGNED_TRAILER, SIGNED_TRAILER_BODY.replace(/x-amz-trailer-signature.*\r\n/, "")),
  );
});

Deno.test("chunks in another order are a wrong signature", () => {
  const [a, b, c, d, ...rest] = SIGNED_BODY.split("\r\n");

  assertFault("SignatureDoesNotMatch", () => decode(SIGNED, [c, d, a, b, ...rest].join("\r\n")));
});

const BROKEN: readonly [name: string, code: S3ErrorCode, options: ChunkedOptions, body: string][] = [
  ["a body that stops inside a chunk", "IncompleteBody", UNSIGNED, "5\r\nabc"],
  ["a body without its last line", "IncompleteBody", UNSIGNED, "3\r\nabc\r\n0\r\n"],
  ["less payload than announced", "IncompleteBody", { ...UNSIGNED, decodedLength: 6 }, UNSIGNED_BODY],
  ["more payload than announced", "IncompleteBody", { ...UNSIGNED, decodedLength: 4 }, UNSIGNED_BODY],
  ["bytes after the end", "InvalidRequest", UNSIGNED, "0\r\n\r\nx"],
  ["a chunk longer than it says", "InvalidRequest", UNSIGNED, "2\r\nabc\r\n0\r\n\r\n"],
  ["a size that is not hexadecimal", "InvalidRequest", UNSIGNED, "xyz\r\nabc\r\n"],
  ["a negative size", "InvalidRequest", UNSIGNED, "-1\r\n\r\n"],
  ["a size past 48 bits", "InvalidRequest", UNSIGNED, "1000000000000\r\n"],
  ["a chunk without its signature", "InvalidRequest", SIGNED, "3\r\nabc\r\n0\r\n\r\n"],
  ["a header without an end", "InvalidRequest", UNSIGNED, "0".repeat(5000)],
  ["a trailer that was announced and is missing", "MalformedTrailerError", {
    trailer: true,
    announced: ["x-amz-a"],
  }, "0\r\n\r\n"],
  ["a trailer where none may be", "MalformedTrailerError", { trailer: false }, "0\r\nx-amz-a:b\r\n\r\n"],
  ["a trailer that is no header", "MalformedTrailerError", UNSIGNED, "0\r\nx y\r\n\r\n"],
  ["too many trailers", "MalformedTrailerError", UNSIGNED, `0\r\n${"a:b\r\n".repeat(17)}\r\n`],
];
for (const [name, code, options, body] of BROKEN) {
  Deno.test(`${name} is ${code}`, () => {
    assertFault(code, () => decode(options, body));
    assertFault(code, () => decode(options, body, 1));
  });
}
