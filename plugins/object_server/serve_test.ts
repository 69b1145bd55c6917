import assert from "node:assert/strict";
import { presignQuery } from "../s3_protocol/sign_request.ts";
import { openObjectService, OWNER } from "../../tests/support/object_service.ts";
import { ownCertificate } from "./certificate.ts";
import { sendRaw } from "../../tests/support/raw_socket.ts";

async function open(options: Parameters<typeof openObjectService>[0] = {}) {
  const service = await openObjectService(options);
  await service.engine.buckets.create({ name: "bucket", owner: "owner", objectLock: false });
  return service;
}

Deno.test("health and metrics are told to everybody, by paths that no bucket can have", async () => {
  await using service = await open();
  await service.send({ method: "PUT", path: "/bucket/key", body: "hello" });
  await service.send({ method: "GET", path: "/bucket/absent" });
  const get = async (path: string) => {
    const reply = await fetch(`${service.server.url}${path}`);
    return [reply.status, await reply.text()] as const;
  };

  const metrics = await get("/-/metrics");

  assert.deepEqual(await get("/-/healthy"), [200, "ok\n"]);
  assert.equal(metrics[0], 200);
  assert.match(metrics[1], /^aero_object_server_requests_total\{operation="PutObject",status="200"\} 1$/m);
  assert.match(metrics[1], /^aero_object_server_requests_total\{operation="GetObject",status="404"\} 1$/m);
  assert.match(metrics[1], /^aero_object_server_received_bytes_total 5$/m);
  assert.match(
    metrics[1],
    /^aero_object_server_request_seconds_bucket\{operation="PutObject",le="\+Inf"\} 1$/m,
  );
  assert.match(metrics[1], /^aero_object_server_requests_under_way 0$/m);
});

Deno.test("a server that cannot store says that it is not healthy", async () => {
  await using service = await open();
  await service.engine[Symbol.asyncDispose]();

  const reply = await fetch(`${service.server.url}/-/healthy`);
  await reply.body?.cancel();

  assert.equal(reply.status, 503);
});

Deno.test("each request is logged once, with what it was and what became of it", async () => {
  await using service = await open();
  const reply = await service.send({ method: "PUT", path: "/bucket/a%20b", body: "hello" });

  const [{ event, fields }] = service.logged as [{ event: string; fields: Record<string, unknown> }];

  const { ms, remote, ...rest } = fields;
  assert.equal(service.logged.length, 1);
  assert.equal(event, "request");
  assert.equal(typeof ms, "number");
  assert.match(String(remote), /^127\.0\.0\.1:\d+$/);
  assert.deepEqual(rest, {
    requestId: reply.headers.get("x-amz-request-id"),
    method: "PUT",
    operation: "PutObject",
    bucket: "bucket",
    key: "a b",
    status: 200,
    bytesIn: 5,
    bytesOut: 0,
    user: "owner",
  });
});

Deno.test("an error has a document with the request's id, and to HEAD no body", async () => {
  await using service = await open();

  const get = await service.send({ method: "GET", path: "/bucket/absent" });
  const head = await service.send({ method: "HEAD", path: "/bucket/absent" });

  assert.equal(get.headers.get("content-type"), "application/xml");
  assert.match(get.body, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code>/);
  assert.match(get.body, new RegExp(`<RequestId>${get.headers.get("x-amz-request-id")}</RequestId>`));
  assert.match(get.body, /<Resource>\/bucket\/absent<\/Resource>/);
  assert.deepEqual([head.status, head.body], [404, ""]);
});

for (
  const [method, path, query, status, code] of [
    ["GET", "/bucket", "inventory", 501, "NotImplemented"],
    ["PUT", "/bucket", "lifecycle", 501, "NotImplemented"],
    ["PUT", "/bucket/key", "restore", 501, "NotImplemented"],
    ["POST", "/bucket/key", "select", 501, "NotImplemented"],
    ["GET", "/bucket/key", "torrent", 501, "NotImplemented"],
    ["DELETE", "/bucket/key", "versioning", 501, "NotImplemented"],
    ["PUT", "/", "", 405, "MethodNotAllowed"],
    ["POST", "/bucket/key", "", 405, "MethodNotAllowed"],
    ["PATCH", "/bucket/key", "", 405, "MethodNotAllowed"],
    ["GET", "/bucket", "policy", 404, "NoSuchBucketPolicy"],
    ["GET", "/bucket", "lifecycle", 404, "NoSuchLifecycleConfiguration"],
    ["GET", "/bucket", "cors", 404, "NoSuchCORSConfiguration"],
    ["GET", "/absent", "location", 404, "NoSuchBucket"],
  ] as const
) {
  Deno.test(`${method} ${path}?${query} is ${code}`, async () => {
    await using service = await open();

    const reply = await service.send({ method, path, query });

    assert.equal(reply.status, status);
    assert.match(reply.body, new RegExp(`<Code>${code}<`));
  });
}

const BOMB =
  '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><Delete><Object><Key>&b;</Key></Object></Delete>';

for (
  const [what, body, code] of [
    ["declares entities", BOMB, "MalformedXML"],
    ["names a file", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><Delete/>', "MalformedXML"],
    ["is nested without end", "<Delete>".repeat(10_000), "MalformedXML"],
    ["is not well-formed", "<Delete><Object>", "MalformedXML"],
    ["is another", "<Tagging/>", "MalformedXML"],
    ["is empty", "", "MalformedXML"],
    ["is too large", `<Delete>${" ".repeat(2 * 1024 * 1024)}</Delete>`, "MaxMessageLengthExceeded"],
  ] as const
) {
  Deno.test(`a document that ${what} is ${code}`, async () => {
    await using service = await open();

    const reply = await service.send({ method: "POST", path: "/bucket", query: "delete", body });

    assert.match(reply.body, new RegExp(`<Code>${code}<`));
  });
}

Deno.test("a bucket may stand in the host, and then the path is the key", async () => {
  await using service = await open();
  await service.send({ method: "PUT", path: "/bucket/a/b", body: "hello" });
  const host = `Bucket.localhost:${service.port}`;
  const head = { method: "GET", path: "/a/b", query: "", headers: [["host", host]] as const };
  const query = presignQuery(head, 60, service.signerOf(OWNER));

  const reply = await sendRaw(
    service.port,
    `GET /a/b?${query} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
  );

  assert.match(reply, /^HTTP\/1.1 200 [^]*\r\n\r\nhello$/);
});

Deno.test("the same is served over TLS, with bodies of any size", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const { cert, key, own } = await ownCertificate(directory, ["127.0.0.1", "localhost"], Date.now());
    await using service = await open({ tls: { cert, key } });
    using client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(own.caFile)] });
    const body = new Uint8Array(1_000_000).map((_, i) => i);
    const send = async (method: string, more: RequestInit = {}) => {
      const reply = await fetch(service.presign(method, "/bucket/key"), { method, client, ...more });
      return { status: reply.status, bytes: new Uint8Array(await reply.arrayBuffer()) };
    };

    assert.match(service.server.url, /^https:/);
    assert.equal((await send("PUT", { body })).status, 200);
    assert.deepEqual((await send("GET")).bytes, body);
    assert.equal((await send("PUT", { body, headers: { "content-md5": "AAAA" } })).status, 400);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("what the engine threw and nobody foresaw is a 500 that tells nothing of it", async () => {
  await using service = await open();
  service.engine.buckets.stat = () => Promise.reject(new TypeError("secret of the house"));

  const reply = await service.send({ method: "GET", path: "/bucket", query: "location" });

  assert.equal(reply.status, 500);
  assert.match(reply.body, /<Code>InternalError</);
  assert.doesNotMatch(reply.body, /secret of the house/);
  const [failure] = service.logged.filter(({ event }) => event === "failure");
  assert.match(String(failure?.fields.error), /secret of the house/);
});
