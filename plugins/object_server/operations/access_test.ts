import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { openObjectService, OWNER, type ServicePerson } from "../../../tests/support/object_service.ts";
import { sendRaw } from "../../../tests/support/raw_socket.ts";
import { signV2 } from "../../s3_protocol/presigned_v2.ts";
import { signRequest } from "../../s3_protocol/sign_request.ts";
import { mayDo } from "./grants.ts";

const READER: ServicePerson = {
  name: "reader",
  grants: [{ bucket: "shared", prefix: "in/", access: "read" }],
};
const WRITER: ServicePerson = {
  name: "writer",
  grants: [{ bucket: "shared", prefix: "out/", access: "write" }],
};
const MAKER: ServicePerson = { name: "maker", grants: [{ bucket: "@owned", prefix: "", access: "write" }] };
const PEOPLE = { reader: READER, writer: WRITER, maker: MAKER };

async function open() {
  const service = await openObjectService({ people: Object.values(PEOPLE) });
  await service.engine.buckets.create({ name: "shared", owner: "owner", objectLock: false });
  for (const key of ["in/a", "out/a", "other"]) {
    await service.send({ method: "PUT", path: `/shared/${key}`, body: key });
  }
  return service;
}

const ALLOWED:
  readonly (readonly [person: keyof typeof PEOPLE, method: string, target: string, status: number])[] = [
    ["reader", "GET", "/shared/in/a", 200],
    ["reader", "GET", "/shared/other", 403],
    ["reader", "GET", "/shared/in", 403],
    ["reader", "PUT", "/shared/in/a", 403],
    ["reader", "DELETE", "/shared/in/a", 403],
    ["reader", "HEAD", "/shared", 200],
    ["reader", "GET", "/shared?prefix=in/", 200],
    ["reader", "GET", "/shared?prefix=in/deeper", 200],
    ["reader", "GET", "/shared", 403],
    ["reader", "GET", "/shared?prefix=i", 403],
    ["reader", "GET", "/shared?versions&prefix=in/", 200],
    ["reader", "GET", "/shared?versions", 403],
    ["reader", "GET", "/shared?uploads", 403],
    ["reader", "PUT", "/made-by-reader", 403],
    ["reader", "DELETE", "/shared", 403],
    ["reader", "PUT", "/shared?versioning", 403],
    ["writer", "PUT", "/shared/out/b", 200],
    ["writer", "GET", "/shared/out/a", 200],
    ["writer", "PUT", "/shared/in/b", 403],
    ["writer", "POST", "/shared/in/b?uploads", 403],
    ["writer", "POST", "/shared/out/b?uploads", 200],
    ["writer", "PUT", "/shared?cors", 403],
    ["writer", "DELETE", "/shared", 403],
    ["maker", "PUT", "/made-by-maker", 200],
    ["maker", "GET", "/shared/in/a", 403],
    ["maker", "HEAD", "/shared", 403],
    ["maker", "GET", "/absent/in/a", 404],
  ];

Deno.test("how much a bucket holds is told to who may read all of it, not to who reads a prefix", async () => {
  await using service = await open();
  const countFor = async (person: ServicePerson) => {
    const reply = await service.send({ method: "HEAD", path: "/shared", query: "read-stats=true", person });
    return [reply.status, reply.headers.get("x-rgw-object-count")];
  };

  assert.deepEqual(await countFor(OWNER), [200, "3"]);
  assert.deepEqual(await countFor(READER), [200, null]);
  assert.deepEqual(await countFor(WRITER), [200, null]);
});

for (const [person, method, target, status] of ALLOWED) {
  Deno.test(`${method} ${target} of the ${person} is answered with ${status}`, async () => {
    await using service = await open();
    const [path, query] = target.split("?");

    const reply = await service.send({
      method,
      path: path!,
      ...(query === undefined ? {} : { query: query.replaceAll("/", "%2F") }),
      person: PEOPLE[person],
      ...(method === "PUT" ? { body: "" } : {}),
    });

    assert.equal(reply.status, status, reply.body);
  });
}

Deno.test("a copy needs the right to read its source", async () => {
  await using service = await open();
  const copy = (source: string) =>
    service.send({
      method: "PUT",
      path: "/shared/out/copy",
      headers: { "x-amz-copy-source": source },
      person: WRITER,
    });

  assert.equal((await copy("/shared/in/a")).status, 403);
  assert.equal((await copy("/shared/out/a")).status, 200);
});

Deno.test("a batch deletes what the caller may delete, and says of the rest that it may not", async () => {
  await using service = await open();

  const reply = await service.send({
    method: "POST",
    path: "/shared",
    query: "delete",
    body: "<Delete><Object><Key>in/a</Key></Object><Object><Key>out/a</Key></Object></Delete>",
    person: WRITER,
  });

  assert.match(reply.body, /<Deleted><Key>out\/a<\/Key><\/Deleted>/);
  assert.match(reply.body, /<Error><Key>in\/a<\/Key><Code>AccessDenied</);
  assert.equal((await service.send({ method: "GET", path: "/shared/in/a" })).status, 200);
});

Deno.test("everybody sees the buckets of which they may see something", async () => {
  await using service = await open();
  await service.send({ method: "PUT", path: "/mine", person: MAKER });
  const names = async (person: ServicePerson) =>
    [...(await service.send({ method: "GET", path: "/", person })).body.matchAll(/<Name>(.*?)</g)].map((
      [, name],
    ) => name);

  assert.deepEqual(await names(READER), ["shared"]);
  assert.deepEqual(await names(MAKER), ["mine"]);
});

Deno.test("a prefix is a prefix of the text, and write includes read", () => {
  const user = { name: "a", createdAt: 0, grants: [{ bucket: "b", prefix: "x/", access: "write" as const }] };

  assert.equal(mayDo(user, { access: "read", bucket: "b", key: "x/1" }), true);
  assert.equal(mayDo(user, { access: "write", bucket: "b", key: "x/1" }), true);
  assert.equal(mayDo(user, { access: "read", bucket: "b", key: "x" }), false);
  assert.equal(mayDo(user, { access: "read", bucket: "b2", key: "x/1" }), false);
  assert.equal(mayDo(user, { access: "write", bucket: "b" }), false);
});

for (
  const [what, headers] of [
    ["nothing", ""],
    ["an empty Authorization", "Authorization: \r\n"],
    ["Basic", "Authorization: Basic YTpi\r\n"],
    ["Signature Version 2", "Authorization: AWS KEYOWNER:abc\r\n"],
    [
      "a key that is not known",
      "x-amz-content-sha256: UNSIGNED-PAYLOAD\r\nx-amz-date: 20200101T000000Z\r\n" +
      "Authorization: AWS4-HMAC-SHA256 Credential=NOBODY/20200101/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=0\r\n",
    ],
  ] as const
) {
  Deno.test(`a request that says ${what} of who it is from gets nothing`, async () => {
    await using service = await open();

    const reply = await sendRaw(
      service.port,
      `GET /shared/in/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${headers}\r\n`,
    );

    assert.match(reply, /^HTTP\/1.1 40[03] /);
    assert.doesNotMatch(reply, /in\/a\r?\n?$/);
  });
}

for (const [what, minutes] of [["old", -16], ["early", 16]] as const) {
  Deno.test(`a request that is ${-minutes} minutes ${what} is RequestTimeTooSkewed, so it cannot be replayed`, async () => {
    await using service = await open();

    const reply = await service.send({
      method: "GET",
      path: "/shared/in/a",
      at: Date.now() + minutes * 60_000,
    });

    assert.match(reply.body, /<Code>RequestTimeTooSkewed</);
  });
}

Deno.test("a presigned URL works as it was signed, for its time, and for nothing else", async () => {
  await using service = await open();
  const url = service.presign("GET", "/shared/in/a");
  const get = async (url: string) => {
    const reply = await fetch(url);
    return [reply.status, await reply.text()] as const;
  };

  assert.deepEqual(await get(url), [200, "in/a"]);
  assert.equal((await get(url.replace("/in/a", "/other")))[0], 403);
  assert.equal((await get(`${url}&versionId=null`))[0], 403);
  assert.equal((await get(url.replace(/Expires=60/, "Expires=61")))[0], 403);
  const put = await fetch(url, { method: "PUT", body: "x" });
  await put.body?.cancel();
  assert.equal(put.status, 403);
});

for (const style of ["path", "virtual-host"] as const) {
  Deno.test(`a URL presigned by Signature Version 2, in ${style} style, works as it was signed, and for nothing else`, async () => {
    await using service = await openObjectService({ domains: ["objects.test"] });
    await service.engine.buckets.create({ name: "shared", owner: "owner", objectLock: false });
    const isPath = style === "path";
    const path = isPath ? "/shared/in/a" : "/in/a", host = isPath ? "h" : "shared.objects.test";
    const { accessKeyId, secretKey } = service.signerOf(OWNER);
    const endsAt = Math.floor(Date.now() / 1000 + 60) * 1000;
    const ask = async (method: string, query: string, body = "", signedQuery = "", signedMethod = method) => {
      const signature = signV2(
        { method: signedMethod, path, query: signedQuery, headers: [] },
        secretKey,
        { endsAt, ...(isPath ? {} : { bucket: "shared" }) },
      );
      const own = `AWSAccessKeyId=${accessKeyId}&Expires=${endsAt / 1000}&Signature=${
        encodeURIComponent(signature)
      }`;
      const reply = await sendRaw(
        service.port,
        `${method} ${path}?${query === "" ? "" : `${query}&`}${own} HTTP/1.1\r\nHost: ${host}\r\n` +
          `Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      return Number(/^HTTP\/1.1 (\d+)/.exec(reply)?.[1]);
    };

    assert.equal(await ask("PUT", "x-amz-meta-a=1", "hello", "x-amz-meta-a=1"), 200);
    assert.equal(await ask("GET", ""), 200);
    assert.equal(await ask("GET", "versionId=null", "", "versionId=null"), 200);
    assert.equal(await ask("GET", "versionId=null"), 403);
    assert.equal(await ask("GET", "attributes"), 403);
    assert.equal(await ask("DELETE", "", "", "", "GET"), 403);
    const { objects } = await service.engine.objects.list("shared", { limit: 10 });
    assert.deepEqual(objects.map(({ key }) => key), ["in/a"]);
    assert.doesNotMatch(JSON.stringify(service.logged), /Signature=/);
  });
}

Deno.test("the path of a signature is the path as it was sent", async () => {
  await using service = await open();
  const path = "/shared/a/../in/%2e%2e//b";
  const head = { method: "PUT", path, query: "", headers: [["host", "h"]] as const };
  const lines = signRequest(head, "UNSIGNED-PAYLOAD", service.signerOf(OWNER)).map(([name, value]) =>
    `${name}: ${value}`
  );
  const put = (path: string) =>
    sendRaw(
      service.port,
      `PUT ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx`,
    );

  assert.match(await put("/shared/in/%2e%2e//b"), /^HTTP\/1.1 403 [^]*SignatureDoesNotMatch/);
  assert.match(await put("/shared/a/../in/..//b"), /^HTTP\/1.1 200 /, "the same path, spelt in another way");
  assert.match(await put(path), /^HTTP\/1.1 200 /);
  const { objects } = await service.engine.objects.list("shared", { limit: 10, prefix: "a/" });
  assert.deepEqual(objects.map(({ key }) => key), ["a/../in/..//b"]);
});

Deno.test("what would make something public is refused", async () => {
  await using service = await open();
  const put = (path: string, headers: Record<string, string>, query = "") =>
    service.send({ method: "PUT", path, headers, query, body: "" });

  assert.equal((await put("/shared/a", { "x-amz-acl": "private" })).status, 200);
  assert.equal((await put("/shared/a", { "x-amz-acl": "public-read" })).status, 403);
  assert.equal((await put("/shared/a", { "x-amz-grant-read": "id=1" })).status, 403);
  assert.equal((await put("/shared", { "x-amz-acl": "public-read-write" }, "acl")).status, 403);
  assert.equal((await put("/shared", {}, "policy")).status, 501);
});

Deno.test("a server may take what would make something public without effect", async () => {
  await using service = await openObjectService({ publicAcls: "ignore" });
  const put = (path: string, body: string) =>
    service.send({ method: "PUT", path, headers: { "x-amz-acl": "public-read-write" }, body });

  const taken = [await put("/bucket", ""), await put("/bucket/key", "hello")];
  const anonymous = await fetch(`${service.server.url}/bucket/key`);

  assert.deepEqual(taken.map(({ status }) => status), [200, 200]);
  assert.equal(anonymous.status, 403);
  assert.doesNotMatch(await anonymous.text(), /hello/);
});

Deno.test("no secret and no signature is in what is answered or logged", async () => {
  await using service = await open();
  const secret = service.signerOf(READER).secretKey;
  const signature = createHmac("sha256", secret).update("x").digest("hex");
  const url = service.presign("GET", "/shared/in/a");
  const reply = await fetch(url.replace(/Signature=\w+/, `Signature=${signature}`));
  const text = await reply.text();

  const logged = JSON.stringify(service.logged);
  assert.doesNotMatch(text + logged, /secret-of-/);
  assert.doesNotMatch(logged, new RegExp(signature));
  assert.match(text, /<Code>SignatureDoesNotMatch</);
});
