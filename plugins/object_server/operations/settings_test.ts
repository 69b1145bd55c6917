import assert from "node:assert/strict";
import { GetObjectAttributesCommand } from "@aws-sdk/client-s3";
import { type ObjectService, openObjectService } from "../../../tests/support/object_service.ts";

async function open(): Promise<ObjectService> {
  const service = await openObjectService();
  await service.engine.buckets.create({ name: "bucket", owner: "owner", objectLock: false });
  await service.send({ method: "PUT", path: "/bucket/key", body: "hello" });
  return service;
}

for (
  const [path, query, pattern] of [
    ["/bucket", "acl", /<Owner><ID>owner<.*<Permission>FULL_CONTROL</],
    ["/bucket/key", "acl", /<Owner><ID>owner<.*<Permission>FULL_CONTROL</],
    ["/bucket", "policyStatus", /<IsPublic>false</],
    ["/bucket", "publicAccessBlock", /<BlockPublicAcls>true</],
    ["/bucket", "ownershipControls", /<ObjectOwnership>BucketOwnerEnforced</],
    ["/bucket", "requestPayment", /<Payer>BucketOwner</],
    ["/bucket", "logging", /<BucketLoggingStatus/],
    ["/bucket", "notification", /<NotificationConfiguration/],
    ["/bucket", "accelerate", /<AccelerateConfiguration/],
    ["/bucket", "versioning", /<VersioningConfiguration[^>]*><\/VersioningConfiguration>/],
  ] as const
) {
  Deno.test(`GET ${path}?${query} says what is so for every bucket`, async () => {
    await using service = await open();

    const reply = await service.send({ method: "GET", path, query });

    assert.equal(reply.status, 200);
    assert.match(reply.body, pattern);
  });
}

Deno.test("an access control list is taken if it gives the owner alone what the owner has", async () => {
  await using service = await open();
  const put = (id: string, path = "/bucket") =>
    service.send({
      method: "PUT",
      path,
      query: "acl",
      body: "<AccessControlPolicy><AccessControlList><Grant>" +
        `<Grantee><ID>${id}</ID></Grantee><Permission>FULL_CONTROL</Permission>` +
        "</Grant></AccessControlList></AccessControlPolicy>",
    });

  assert.equal((await put("owner")).status, 200);
  assert.equal((await put("owner", "/bucket/key")).status, 200);
  assert.equal((await put("other")).status, 403);
  assert.equal((await put("owner", "/bucket/absent")).status, 404);
  const canned = await service.send({
    method: "PUT",
    path: "/bucket",
    query: "acl",
    headers: { "x-amz-acl": "own" },
  });
  assert.match(canned.body, /<Code>InvalidArgument</);
});

for (const path of ["/bucket", "/bucket/key"]) {
  Deno.test(`tags of ${path} are set, read back in order and dropped`, async () => {
    await using service = await open();
    const tag = (key: string) => `<Tag><Key>${key}</Key><Value>1</Value></Tag>`;
    const send = (method: string, body?: string) =>
      service.send({ method, path, query: "tagging", ...(body === undefined ? {} : { body }) });

    const put = await send("PUT", `<Tagging><TagSet>${tag("a")}${tag("b")}</TagSet></Tagging>`);
    const read = await send("GET");
    const dropped = await send("DELETE");
    const empty = await send("GET");

    assert.ok(put.status === 200 || put.status === 204);
    assert.match(read.body, /<Key>a<.*<Key>b</);
    assert.equal(dropped.status, 204);
    assert.doesNotMatch(empty.body, /<Tag>/);
    assert.equal(empty.status, path === "/bucket" ? 404 : 200);
  });
}

for (const query of ["policy", "lifecycle", "encryption", "website"]) {
  Deno.test(`DELETE ?${query} succeeds, since there is none`, async () => {
    await using service = await open();

    assert.equal((await service.send({ method: "DELETE", path: "/bucket", query })).status, 204);
    assert.equal((await service.send({ method: "DELETE", path: "/absent", query })).status, 404);
  });
}

Deno.test("the parts of an object are told by pages", async () => {
  await using service = await open();
  const md5 = "5d41402abc4b2a76b9719d911017c592";
  const start = {
    bucket: "bucket",
    key: "parts",
    attributes: { headers: {}, metadata: {}, tags: [], owner: "owner", storageClass: "STANDARD" },
    initiator: "owner",
  };
  const { uploadId } = await service.engine.uploads.create(start);
  const name = { bucket: "bucket", key: "parts", uploadId };
  for (const number of [1, 2, 3]) {
    await using write = await service.engine.beginWrite("bucket");
    await write.append(new TextEncoder().encode("hello"));
    await write.commitPart({ ...name, number, etag: md5, checksums: [] });
  }
  await service.engine.uploads.complete(name, {
    parts: [1, 2, 3].map((number) => ({ number, etag: md5 })),
    minPartBytes: 1,
    summarize: () => ({ etag: "x-3", checksums: [] }),
  });
  const page = async (PartNumberMarker: string) =>
    (await service.client.send(
      new GetObjectAttributesCommand({
        Bucket: "bucket",
        Key: "parts",
        ObjectAttributes: ["ObjectParts"],
        MaxParts: 2,
        PartNumberMarker,
      }),
    )).ObjectParts!;

  const first = await page("0"), rest = await page("2");

  assert.deepEqual([first.TotalPartsCount, first.IsTruncated, first.NextPartNumberMarker], [3, true, "2"]);
  assert.deepEqual(
    [first, rest].map(({ Parts }) => Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])),
    [
      [[1, 5], [2, 5]],
      [[3, 5]],
    ],
  );
  assert.equal(rest.IsTruncated, false);
  const strange = await service.send({
    method: "GET",
    path: "/bucket/parts",
    query: "attributes",
    headers: { "x-amz-object-attributes": "Colour" },
  });
  assert.match(strange.body, /<Code>InvalidArgument</);
});
