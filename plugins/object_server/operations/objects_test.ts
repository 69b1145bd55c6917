import assert from "node:assert/strict";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3ServiceException,
} from "@aws-sdk/client-s3";
import { type ObjectService, openObjectService } from "../../../tests/support/object_service.ts";

const NAME = { Bucket: "bucket", Key: "key" };

async function open(): Promise<ObjectService> {
  const service = await openObjectService();
  await service.engine.buckets.create({ name: "bucket", owner: "owner", objectLock: false });
  return service;
}

/** Status and code of a refusal. */
async function refusal(sent: Promise<unknown>): Promise<string> {
  try {
    await sent;
    return "taken";
  } catch (error) {
    const { $metadata, name } = error as S3ServiceException;
    return `${$metadata?.httpStatusCode} ${name}`;
  }
}

async function text({ client }: ObjectService, more: Partial<GetObjectCommandInput> = {}): Promise<string> {
  const reply = await client.send(new GetObjectCommand({ ...NAME, ...more }));
  return await reply.Body!.transformToString();
}

Deno.test("what is said of an object comes back with it", async () => {
  await using service = await open();
  const { client } = service;
  const said = {
    CacheControl: "max-age=1",
    ContentDisposition: 'attachment; filename="a b.txt"',
    ContentEncoding: "gzip",
    ContentLanguage: "de",
    ContentType: "text/plain; charset=utf-8",
    Metadata: { one: "1", two: "a, b" },
    StorageClass: "STANDARD_IA",
  } as const;
  await client.send(new PutObjectCommand({ ...NAME, ...said, Body: "hello", Tagging: "a=1&b=%20" }));

  const head = await client.send(new HeadObjectCommand(NAME));
  const tags = await client.send(new GetObjectTaggingCommand(NAME));

  for (const [name, value] of Object.entries(said)) {
    assert.deepEqual(head[name as keyof typeof head], value, name);
  }
  assert.equal(head.ContentLength, 5);
  assert.deepEqual(tags.TagSet, [{ Key: "a", Value: "1" }, { Key: "b", Value: " " }]);
});

Deno.test("a GET may ask for other content headers", async () => {
  await using service = await open();
  await service.client.send(new PutObjectCommand({ ...NAME, Body: "hello" }));

  const reply = await service.client.send(
    new GetObjectCommand({
      ...NAME,
      ResponseContentType: "text/x",
      ResponseContentDisposition: 'inline; "é"',
    }),
  );
  await reply.Body!.transformToString();

  assert.equal(reply.ContentType, "text/x");
});

for (
  const [range, expected] of [
    ["bytes=0-1", "he"],
    ["bytes=1-", "ello"],
    ["bytes=-2", "lo"],
    ["bytes=3-99", "lo"],
    ["bytes=0-0,2-2", "hello"],
    ["lines=1-2", "hello"],
  ] as const
) {
  Deno.test(`the range ${range} of "hello" is "${expected}"`, async () => {
    await using service = await open();
    await service.client.send(new PutObjectCommand({ ...NAME, Body: "hello" }));

    assert.equal(await text(service, { Range: range }), expected);
  });
}

Deno.test("a range outside of the object is 416", async () => {
  await using service = await open();
  await service.client.send(new PutObjectCommand({ ...NAME, Body: "hello" }));

  assert.equal(await refusal(text(service, { Range: "bytes=5-" })), "416 InvalidRange");
});

Deno.test("reads hold to their conditions", async () => {
  await using service = await open();
  const { client } = service;
  const { ETag } = await client.send(new PutObjectCommand({ ...NAME, Body: "hello" }));
  const past = new Date(Date.now() - 60_000), future = new Date(Date.now() + 60_000);

  assert.equal(await text(service, { IfMatch: ETag! }), "hello");
  assert.match(await refusal(text(service, { IfMatch: '"other"' })), /^412 /);
  assert.match(await refusal(text(service, { IfNoneMatch: ETag! })), /^304 /);
  assert.equal(await text(service, { IfNoneMatch: '"other"' }), "hello");
  assert.match(await refusal(text(service, { IfModifiedSince: future })), /^304 /);
  assert.match(await refusal(text(service, { IfUnmodifiedSince: past })), /^412 /);
});

Deno.test("writes hold to their conditions, and one of many that want a key to be free gets it", async () => {
  await using service = await open();
  const { client } = service;
  const put = (Body: string, more = {}) => client.send(new PutObjectCommand({ ...NAME, Body, ...more }));

  const racing = await Promise.all(
    Array.from({ length: 8 }, (_, i) => refusal(put(String(i), { IfNoneMatch: "*" }))),
  );
  const { ETag } = await client.send(new HeadObjectCommand(NAME));

  assert.equal(racing.filter((outcome) => outcome === "taken").length, 1, racing.join());
  assert.equal(await refusal(put("x", { IfMatch: '"other"' })), "412 PreconditionFailed");
  assert.equal(await refusal(put("x", { IfMatch: ETag! })), "taken");
  assert.equal(await refusal(put("y", { Key: "absent", IfMatch: ETag! })), "404 NoSuchKey");
  const remove = (more = {}) => client.send(new DeleteObjectCommand({ ...NAME, ...more }));
  assert.equal(await refusal(remove({ IfMatch: ETag! })), "412 PreconditionFailed");
  assert.equal(await refusal(remove({ IfMatchSize: 7 })), "412 PreconditionFailed");
  assert.equal(await refusal(remove({ IfMatchSize: 1 })), "taken");
});

Deno.test("copies keep or replace what is said of an object, and hold to conditions about their source", async () => {
  await using service = await open();
  const { client } = service;
  const { ETag } = await client.send(
    new PutObjectCommand({ ...NAME, Body: "hello", Metadata: { a: "1" }, Tagging: "t=1" }),
  );
  const copy = (more = {}) =>
    client.send(new CopyObjectCommand({ Bucket: "bucket", Key: "copy", CopySource: "bucket/key", ...more }));

  await copy();
  const kept = await client.send(new HeadObjectCommand({ Bucket: "bucket", Key: "copy" }));
  await copy({
    MetadataDirective: "REPLACE",
    Metadata: { b: "2" },
    TaggingDirective: "REPLACE",
    Tagging: "",
  });
  const replaced = await client.send(new HeadObjectCommand({ Bucket: "bucket", Key: "copy" }));

  assert.deepEqual([kept.Metadata, kept.TagCount], [{ a: "1" }, 1]);
  assert.deepEqual([replaced.Metadata, replaced.TagCount], [{ b: "2" }, undefined]);
  assert.equal(await text(service, { Key: "copy" }), "hello");
  assert.equal(await refusal(copy({ Key: "key" })), "400 InvalidRequest");
  assert.equal(await refusal(copy({ CopySourceIfNoneMatch: ETag! })), "412 PreconditionFailed");
  assert.equal(await refusal(copy({ CopySource: "bucket/absent" })), "404 NoSuchKey");
  const summed = await copy({ ChecksumAlgorithm: "SHA256" });
  assert.equal(summed.CopyObjectResult?.ChecksumSHA256, "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=");
});

Deno.test("keys are text: nothing in them is a path, a plus is a plus, and other alphabets are themselves", async () => {
  await using service = await open();
  const keys = [
    "a/../b",
    "a//b/",
    "./x",
    "..",
    "a+b c",
    "%2e%2e",
    "ü/日本",
    "a?b#c&d",
    "a\nb\\c",
    "\u{1f600}",
  ];
  for (const Key of keys) await service.client.send(new PutObjectCommand({ ...NAME, Key, Body: Key }));

  for (const Key of keys) assert.equal(await text(service, { Key }), Key);
  const { objects } = await service.engine.objects.list("bucket", { limit: 100 });
  assert.deepEqual(new Set(objects.map(({ key }) => key)), new Set(keys));
});

for (
  const [what, path, code] of [
    ["is too long", `/bucket/${"a".repeat(1025)}`, "KeyTooLongError"],
    ["is not UTF-8", "/bucket/%ff", "InvalidURI"],
    ["is not UTF-8, at length", "/bucket/%c0%af..%c0%af", "InvalidURI"],
  ] as const
) {
  Deno.test(`a key that ${what} is ${code}`, async () => {
    await using service = await open();

    const reply = await service.send({ method: "PUT", path, body: "x" });

    assert.match(reply.body, new RegExp(`<Code>${code}<`));
  });
}

Deno.test("more than 2 KB of metadata is refused", async () => {
  await using service = await open();
  const put = (size: number) =>
    refusal(
      service.client.send(new PutObjectCommand({ ...NAME, Body: "x", Metadata: { a: "x".repeat(size) } })),
    );

  assert.equal(await put(2047), "taken");
  assert.equal(await put(2048), "400 MetadataTooLarge");
});

Deno.test("tags are set, and those that break the rules are refused", async () => {
  await using service = await open();
  const { client } = service;
  await client.send(new PutObjectCommand({ ...NAME, Body: "x" }));
  const set = (count: number) =>
    client.send(
      new PutObjectTaggingCommand({
        ...NAME,
        Tagging: { TagSet: Array.from({ length: count }, (_, i) => ({ Key: `k${i}`, Value: "" })) },
      }),
    );

  await set(10);

  assert.equal((await client.send(new HeadObjectCommand(NAME))).TagCount, 10);
  assert.equal(await refusal(set(11)), "400 InvalidTag");
});

Deno.test("a batch of deletes says what became of each", async () => {
  await using service = await open();
  const { client } = service;
  await client.send(new PutObjectCommand({ ...NAME, Body: "x" }));
  const remove = (Objects: { Key: string; ETag?: string }[], Quiet = false) =>
    client.send(new DeleteObjectsCommand({ Bucket: "bucket", Delete: { Objects, Quiet } }));

  const refused = await remove([{ Key: "key", ETag: '"other"' }, { Key: "absent" }]);
  const quiet = await remove([{ Key: "key" }], true);

  assert.deepEqual(refused.Errors?.map(({ Key, Code }) => [Key, Code]), [["key", "PreconditionFailed"]]);
  assert.deepEqual(refused.Deleted?.map(({ Key }) => Key), ["absent"]);
  assert.equal(quiet.Deleted, undefined);
  const many = Array.from({ length: 1001 }, (_, i) => ({ Key: `k${i}` }));
  assert.equal(await refusal(remove(many)), "400 MalformedXML");
});

Deno.test("attributes of an object come without its bytes", async () => {
  await using service = await open();
  await service.client.send(new PutObjectCommand({ ...NAME, Body: "hello", ChecksumAlgorithm: "SHA1" }));

  const reply = await service.client.send(
    new GetObjectAttributesCommand({
      ...NAME,
      ObjectAttributes: ["ETag", "Checksum", "ObjectSize", "StorageClass"],
    }),
  );

  assert.equal(reply.ETag, "5d41402abc4b2a76b9719d911017c592");
  assert.equal(reply.Checksum?.ChecksumSHA1, "qvTGHdzF6KLavt4PO0gs2a6pQ00=");
  assert.equal(reply.ObjectSize, 5);
});
