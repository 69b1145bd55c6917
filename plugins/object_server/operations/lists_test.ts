import assert from "node:assert/strict";
import {
  DeleteBucketCommand,
  GetBucketLocationCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type S3ServiceException,
} from "@aws-sdk/client-s3";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import {
  type ObjectService,
  openObjectService,
  type ServicePerson,
} from "../../../tests/support/object_service.ts";

const MAKER: ServicePerson = { name: "maker", grants: [{ bucket: "@owned", prefix: "", access: "write" }] };
const KEYS = ["a", "d/1/x", "d/1/y", "d/2/x", "d/z", "e f", "é", "\u{1f600}"];

async function open(): Promise<ObjectService> {
  const service = await openObjectService({ people: [MAKER] });
  await service.engine.buckets.create({ name: "bucket", owner: "owner", objectLock: false });
  for (const key of KEYS) {
    await service.send({
      method: "PUT",
      path: `/bucket/${encodeURIComponent(key).replaceAll("%2F", "/")}`,
      body: "x",
    });
  }
  return service;
}

async function refusal(sent: Promise<unknown>): Promise<string> {
  try {
    await sent;
    return "taken";
  } catch (error) {
    const { $metadata, name } = error as S3ServiceException;
    return `${$metadata?.httpStatusCode} ${name}`;
  }
}

/** Names on each page of a list. */
async function pages(
  { client }: ObjectService,
  more: Partial<ListObjectsV2CommandInput>,
): Promise<string[][]> {
  const all: string[][] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: "bucket", ...more, ...(token ? { ContinuationToken: token } : {}) }),
    );
    const names = [
      ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!),
      ...(page.Contents ?? []).map(({ Key }) => Key!),
    ];
    assert.equal(page.KeyCount, names.length);
    assert.equal(page.IsTruncated, page.NextContinuationToken !== undefined);
    all.push(names);
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return all;
}

Deno.test("list 2 gives all keys once, in order of their bytes, by pages of any size", async () => {
  await using service = await open();

  for (const MaxKeys of [1, 3, 8, 1000]) {
    const all = await pages(service, { MaxKeys });
    assert.deepEqual(all.flat(), KEYS);
    assert.ok(all.every((page) => page.length <= MaxKeys));
  }
});

Deno.test("keys with one prefix before the delimiter are one entry", async () => {
  await using service = await open();

  assert.deepEqual(await pages(service, { Prefix: "d/", Delimiter: "/" }), [["d/1/", "d/2/", "d/z"]]);
  assert.deepEqual(await pages(service, { Prefix: "d/", Delimiter: "/", MaxKeys: 1 }), [["d/1/"], ["d/2/"], [
    "d/z",
  ]]);
  assert.deepEqual(await pages(service, { StartAfter: "d/2/x", Delimiter: "/" }), [[
    "e f",
    "é",
    "\u{1f600}",
  ]]);
  assert.deepEqual(await pages(service, { Prefix: "none/" }), [[]]);
});

Deno.test("names are encoded where that is asked for", async () => {
  await using service = await open();

  const page = await service.client.send(
    new ListObjectsV2Command({ Bucket: "bucket", Prefix: "e", EncodingType: "url", FetchOwner: true }),
  );

  assert.deepEqual(page.Contents?.map(({ Key, Owner }) => [Key, Owner?.ID]), [["e%20f", "owner"]]);
});

Deno.test("list 1 goes on from a key", async () => {
  await using service = await open();
  const list = (more = {}) => service.client.send(new ListObjectsCommand({ Bucket: "bucket", ...more }));

  const first = await list({ MaxKeys: 2, Delimiter: "/" });
  const rest = await list({ Marker: first.NextMarker, Delimiter: "/" });

  assert.deepEqual([first.Contents?.map(({ Key }) => Key), first.CommonPrefixes, first.NextMarker], [["a"], [{
    Prefix: "d/",
  }], "d/"]);
  assert.deepEqual(rest.Contents?.map(({ Key }) => Key), ["e f", "é", "\u{1f600}"]);
});

for (
  const query of [
    "max-keys=x",
    "max-keys=-1",
    "encoding-type=base64",
    "list-type=2&continuation-token=%21",
    "delimiter=/&allow-unordered=true",
  ]
) {
  Deno.test(`a list with ${query} is InvalidArgument`, async () => {
    await using service = await openObjectService();
    await service.engine.buckets.create({ name: "bucket", owner: "owner", objectLock: false });

    const reply = await service.send({ method: "GET", path: "/bucket", query });

    assert.match(reply.body, /<Code>InvalidArgument</);
  });
}

Deno.test("buckets are made, listed by pages, and deleted when they are empty", async () => {
  await using service = await open();
  const client = service.clientOf(MAKER);
  for (const Bucket of ["one", "two"]) await client.send(new CreateBucketCommand({ Bucket }));

  const first = await client.send(new ListBucketsCommand({ MaxBuckets: 1 }));
  const rest = await client.send(new ListBucketsCommand({ ContinuationToken: first.ContinuationToken! }));
  const location = await client.send(new GetBucketLocationCommand({ Bucket: "one" }));

  assert.deepEqual([...first.Buckets!, ...rest.Buckets!].map(({ Name }) => Name), ["one", "two"]);
  assert.equal(location.LocationConstraint, undefined);
  assert.equal(await refusal(client.send(new CreateBucketCommand({ Bucket: "one" }))), "taken");
  assert.equal(
    await refusal(client.send(new CreateBucketCommand({ Bucket: "bucket" }))),
    "409 BucketAlreadyExists",
  );
  assert.equal(
    await refusal(service.client.send(new DeleteBucketCommand({ Bucket: "bucket" }))),
    "409 BucketNotEmpty",
  );
  assert.equal(await refusal(client.send(new DeleteBucketCommand({ Bucket: "one" }))), "taken");
  assert.equal(await refusal(client.send(new HeadBucketCommand({ Bucket: "one" }))), "404 NotFound");
});

for (const name of ["ab", "UPPER", "under_score", "a..b", "1.2.3.4", "-a-", "a".repeat(64), "xn--a"]) {
  Deno.test(`no bucket can be called ${name}`, async () => {
    await using service = await openObjectService();

    const reply = await service.send({ method: "PUT", path: `/${name}` });

    assert.match(reply.body, /<Code>InvalidBucketName</);
  });
}

Deno.test("a bucket is made in the server's region, or not at all", async () => {
  await using service = await openObjectService({ region: "here" });
  const create = (region: string) =>
    service.send({
      method: "PUT",
      path: "/bucket",
      body:
        `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`,
    });

  assert.match((await create("there")).body, /<Code>InvalidLocationConstraint</);
  assert.equal((await create("here")).status, 200);
});

Deno.test("a request that expects another owner of the bucket is denied", async () => {
  await using service = await open();
  const get = (owner: string) =>
    service.send({ method: "GET", path: "/bucket/a", headers: { "x-amz-expected-bucket-owner": owner } });

  assert.equal((await get("maker")).status, 403);
  assert.equal((await get("owner")).status, 200);
  const copy = (owner: string) =>
    service.send({
      method: "PUT",
      path: "/bucket/copy",
      headers: { "x-amz-copy-source": "/bucket/a", "x-amz-source-expected-bucket-owner": owner },
    });
  assert.equal((await copy("maker")).status, 403);
  assert.equal((await copy("owner")).status, 200);
});
