import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chunkSignature, trailerSignature } from "../../s3_protocol/chunk_signatures.ts";
import { checksumOf } from "../../s3_protocol/checksums.ts";
import { sha256Hex } from "../../s3_protocol/hmac.ts";
import { signingKey } from "../../s3_protocol/signing_key.ts";
import { signRequest } from "../../s3_protocol/sign_request.ts";
import { timestampText } from "../../s3_protocol/timestamp.ts";
import type { ChunkSeed } from "../../s3_protocol/verify_request.ts";
import { type ObjectService, openObjectService, OWNER } from "../../../tests/support/object_service.ts";
import { sendRaw } from "../../../tests/support/raw_socket.ts";

const BODY = "hello";
const bytes = (text: string) => new TextEncoder().encode(text);
const md5 = (text: string) => createHash("md5").update(text).digest("base64");

async function open(): Promise<ObjectService> {
  const service = await openObjectService();
  await service.engine.buckets.create({ name: "bucket", owner: "owner", objectLock: false });
  return service;
}

/** What is kept under a key; `undefined` if nothing is. */
async function kept({ engine }: ObjectService, key = "key"): Promise<string | undefined> {
  try {
    using object = await engine.objects.open({ bucket: "bucket", key });
    return await new Response(object.read() as ReadableStream<Uint8Array<ArrayBuffer>>).text();
  } catch {
    return undefined;
  }
}

const TAKEN: readonly (readonly [what: string, headers: Record<string, string>, payloadHash?: string])[] = [
  ["a SHA-256 that is right", {}],
  ["no signature over it", {}, "UNSIGNED-PAYLOAD"],
  ["an MD5 that is right", { "content-md5": md5(BODY) }],
  ["a CRC-32 that is right", { "x-amz-checksum-crc32": checksumOf("CRC32", bytes(BODY)) }],
  ["a CRC-32C that is right", { "x-amz-checksum-crc32c": checksumOf("CRC32C", bytes(BODY)) }],
  ["a CRC-64 that is right", { "x-amz-checksum-crc64nvme": checksumOf("CRC64NVME", bytes(BODY)) }],
  ["a SHA-1 that is right", { "x-amz-checksum-sha1": checksumOf("SHA1", bytes(BODY)) }],
];

for (const [what, headers, payloadHash] of TAKEN) {
  Deno.test(`a body with ${what} is stored`, async () => {
    await using service = await open();

    const reply = await service.send({
      method: "PUT",
      path: "/bucket/key",
      headers,
      body: BODY,
      ...(payloadHash === undefined ? {} : { payloadHash }),
    });

    assert.equal(reply.status, 200, reply.body);
    assert.equal(reply.headers.get("etag"), '"5d41402abc4b2a76b9719d911017c592"');
    for (const [name, value] of Object.entries(headers)) {
      if (name.startsWith("x-amz-checksum")) assert.equal(reply.headers.get(name), value);
    }
    assert.equal(await kept(service), BODY);
  });
}

const REFUSED: readonly (readonly [
  what: string,
  code: string,
  headers: Record<string, string>,
  payloadHash?: string,
])[] = [
  ["another SHA-256", "XAmzContentSHA256Mismatch", {}, sha256Hex("other")],
  ["another MD5", "BadDigest", { "content-md5": md5("other") }],
  ["an MD5 that is none", "InvalidDigest", { "content-md5": "AAAA" }],
  ["another CRC-32", "BadDigest", { "x-amz-checksum-crc32": checksumOf("CRC32", bytes("other")) }],
  ["another SHA-256 checksum", "BadDigest", {
    "x-amz-checksum-sha256": checksumOf("SHA256", bytes("other")),
  }],
  ["a checksum that is none", "BadDigest", { "x-amz-checksum-sha256": "bad" }],
  ["two checksums", "InvalidRequest", {
    "x-amz-checksum-crc32": checksumOf("CRC32", bytes(BODY)),
    "x-amz-checksum-sha1": checksumOf("SHA1", bytes(BODY)),
  }],
  ["an algorithm that is not known", "InvalidRequest", { "x-amz-sdk-checksum-algorithm": "MD4" }],
  ["no chunks where chunks were announced", "IncompleteBody", {
    "x-amz-decoded-content-length": "5",
  }, "STREAMING-UNSIGNED-PAYLOAD-TRAILER"],
  ["a trailer of an algorithm that is not known", "InvalidRequest", {
    "x-amz-decoded-content-length": "5",
    "x-amz-trailer": "x-amz-checksum-md4",
  }, "STREAMING-UNSIGNED-PAYLOAD-TRAILER"],
  ["chunks of no announced length", "MissingContentLength", {}, "STREAMING-UNSIGNED-PAYLOAD-TRAILER"],
];

for (const [what, code, headers, payloadHash] of REFUSED) {
  Deno.test(`a body with ${what} is ${code}, and nothing is stored`, async () => {
    await using service = await open();

    const reply = await service.send({
      method: "PUT",
      path: "/bucket/key",
      headers,
      body: BODY,
      ...(payloadHash === undefined ? {} : { payloadHash }),
    });

    assert.match(reply.body, new RegExp(`<Code>${code}</Code>`));
    assert.equal(await kept(service), undefined);
  });
}

/** A body of two signed chunks with a signed trailer, as it travels. */
function chunked(service: ObjectService, change: (text: string) => string = (text) => text) {
  const signer = service.signerOf(OWNER);
  const trailers = [["x-amz-checksum-crc32", checksumOf("CRC32", bytes(BODY))]] as const;
  const head = {
    method: "PUT",
    path: "/bucket/key",
    query: "",
    headers: [
      ["host", `127.0.0.1:${service.port}`],
      ["x-amz-decoded-content-length", String(BODY.length)],
      ["x-amz-trailer", "x-amz-checksum-crc32"],
      ["content-encoding", "aws-chunked"],
    ] as const,
  };
  const headers = signRequest(head, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", signer);
  const signature = /Signature=(.*)/.exec(headers.find(([name]) => name === "authorization")![1])![1]!;
  const timestamp = timestampText(signer.at);
  const scope = { date: timestamp.slice(0, 8), region: signer.region, service: "s3" };
  const seed: ChunkSeed = { signingKey: signingKey(signer.secretKey, scope), scope, timestamp, signature };
  let previous = signature;
  let text = "";
  for (const chunk of ["hel", "lo", ""]) {
    previous = chunkSignature(seed, previous, sha256Hex(chunk));
    text += `${chunk.length.toString(16)};chunk-signature=${previous}\r\n${chunk}${
      chunk === "" ? "" : "\r\n"
    }`;
  }
  text += trailers.map(([name, value]) => `${name}:${value}\r\n`).join("");
  text += `x-amz-trailer-signature:${trailerSignature(seed, previous, trailers)}\r\n\r\n`;
  const body = change(text);
  const lines = [
    "PUT /bucket/key HTTP/1.1",
    ...headers.map(([name, value]) => `${name}: ${value}`),
    `content-length: ${body.length}`,
    "connection: close",
  ];
  return sendRaw(service.port, `${lines.join("\r\n")}\r\n\r\n${body}`);
}

Deno.test("signed chunks with a signed trailer are put together, and aws-chunked is not kept as an encoding", async () => {
  await using service = await open();

  const reply = await chunked(service);

  assert.match(reply, /^HTTP\/1.1 200 /);
  assert.equal(await kept(service), BODY);
  const stored = await service.engine.objects.stat({ bucket: "bucket", key: "key" });
  assert.equal(stored.headers["content-encoding"], undefined);
  assert.deepEqual(stored.checksums.map(({ algorithm }) => algorithm), ["CRC32"]);
});

for (
  const [what, change] of [
    ["a byte of a chunk is another", (text: string) => text.replace("hel", "hal")],
    ["a chunk's signature is another", (text: string) => text.replace(/(chunk-signature=)./, "$1g")],
    ["a trailer is another", (text: string) => text.replace(/crc32:./, "crc32:_")],
    ["the trailer's signature is another", (text: string) => text.replace(/(trailer-signature:)../, "$100")],
    ["chunks changed places", (text: string) => text.replace(/^(3;[^]*?hel\r\n)(2;[^]*?lo\r\n)/, "$2$1")],
    ["the end is missing", (text: string) => text.slice(0, text.indexOf("0;chunk"))],
  ] as const
) {
  Deno.test(`signed chunks are refused where ${what}, and nothing is stored`, async () => {
    await using service = await open();

    const reply = await chunked(service, change);

    assert.match(reply, /^HTTP\/1.1 4\d\d /);
    assert.equal(await kept(service), undefined);
  });
}

Deno.test("a body that is cut leaves what was there", async () => {
  await using service = await open();
  await service.send({ method: "PUT", path: "/bucket/key", body: "before" });
  const head = { method: "PUT", path: "/bucket/key", query: "", headers: [["host", "h"]] as const };
  const headers = signRequest(head, "UNSIGNED-PAYLOAD", service.signerOf(OWNER));
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: service.port });
  await connection.write(bytes(`PUT /bucket/key HTTP/1.1\r\n${lines}content-length: 1000\r\n\r\nafter`));
  await connection.closeWrite();
  await connection.read(new Uint8Array(1));

  assert.equal(await kept(service), "before");
  assert.equal(service.logged.at(-1)?.fields.status, 499);
});

Deno.test("a body of more than 5 GiB is refused before it is sent", async () => {
  await using service = await open();
  const head = { method: "PUT", path: "/bucket/key", query: "", headers: [["host", "h"]] as const };
  const headers = signRequest(head, "UNSIGNED-PAYLOAD", service.signerOf(OWNER));
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");

  const reply = await sendRaw(
    service.port,
    `PUT /bucket/key HTTP/1.1\r\n${lines}content-length: 5368709121\r\nexpect: 100-continue\r\n\r\n`,
  );

  assert.match(reply, /^HTTP\/1.1 400 [^]*<Code>EntityTooLarge</);
});
