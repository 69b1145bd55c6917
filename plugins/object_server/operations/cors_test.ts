import assert from "node:assert/strict";
import { type ObjectService, openObjectService } from "../../../tests/support/object_service.ts";

const RULES = `<CORSConfiguration>
  <CORSRule><AllowedOrigin>https://*.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod>
    <AllowedHeader>x-amz-*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds></CORSRule>
</CORSConfiguration>`;

async function open(): Promise<ObjectService> {
  const service = await openObjectService();
  await service.engine.buckets.create({ name: "bucket", owner: "owner", objectLock: false });
  const put = await service.send({ method: "PUT", path: "/bucket", query: "cors", body: RULES });
  assert.equal(put.status, 200, put.body);
  return service;
}

async function preflight({ server }: ObjectService, headers: Record<string, string>, path = "/bucket/key") {
  const reply = await fetch(`${server.url}${path}`, { method: "OPTIONS", headers });
  await reply.body?.cancel();
  return reply;
}

Deno.test("a preflight is answered by the rule that allows what it asks", async () => {
  await using service = await open();

  const reply = await preflight(service, {
    origin: "https://a.example",
    "access-control-request-method": "GET",
    "access-control-request-headers": "X-Amz-Date, x-amz-meta-a",
  });

  assert.equal(reply.status, 200);
  assert.equal(reply.headers.get("access-control-allow-origin"), "https://a.example");
  assert.equal(reply.headers.get("access-control-allow-methods"), "GET");
  assert.equal(reply.headers.get("access-control-allow-headers"), "X-Amz-Date, x-amz-meta-a");
  assert.equal(reply.headers.get("access-control-max-age"), "60");
  assert.match(reply.headers.get("vary")!, /Origin/);
});

for (
  const [what, headers, status] of [
    ["another origin", { origin: "https://a.test", "access-control-request-method": "GET" }, 403],
    ["another method", { origin: "https://a.example", "access-control-request-method": "PUT" }, 403],
    ["another header", {
      origin: "https://a.example",
      "access-control-request-method": "GET",
      "access-control-request-headers": "cookie",
    }, 403],
    ["no origin", { "access-control-request-method": "GET" }, 400],
    ["no method", { origin: "https://a.example" }, 400],
  ] as const
) {
  Deno.test(`a preflight with ${what} allows nothing`, async () => {
    await using service = await open();

    const reply = await preflight(service, headers);

    assert.equal(reply.status, status);
    assert.equal(reply.headers.get("access-control-allow-origin"), null);
  });
}

Deno.test("a reply tells the page's origin that it may be seen, also where it is a refusal", async () => {
  await using service = await open();
  const get = async (origin: string) => {
    const reply = await fetch(`${service.server.url}/bucket/key`, { headers: { origin } });
    await reply.body?.cancel();
    return [
      reply.status,
      reply.headers.get("access-control-allow-origin"),
      reply.headers.get("access-control-expose-headers"),
    ];
  };

  assert.deepEqual(await get("https://a.example"), [403, "https://a.example", "ETag"]);
  assert.deepEqual(await get("https://a.test"), [403, null, null]);
});

Deno.test("rules are read back, and allow nothing once they are dropped", async () => {
  await using service = await open();

  const read = await service.send({ method: "GET", path: "/bucket", query: "cors" });
  const dropped = await service.send({ method: "DELETE", path: "/bucket", query: "cors" });
  const reply = await preflight(service, {
    origin: "https://a.example",
    "access-control-request-method": "GET",
  });

  assert.match(read.body, /<AllowedOrigin>https:\/\/\*\.example<\/AllowedOrigin>/);
  assert.equal(dropped.status, 204);
  assert.equal(reply.status, 403);
});

Deno.test("rules with a method that is none are refused, and the old ones stay", async () => {
  await using service = await open();

  const put = await service.send({
    method: "PUT",
    path: "/bucket",
    query: "cors",
    body: RULES.replace("GET", "GRAB"),
  });
  const reply = await preflight(service, {
    origin: "https://a.example",
    "access-control-request-method": "GET",
  });

  assert.equal(put.status, 400);
  assert.equal(reply.status, 200);
});
