import assert from "node:assert/strict";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  type S3ServiceException,
} from "@aws-sdk/client-s3";
import {
  type ObjectService,
  openObjectService,
  type ServicePerson,
} from "../../../tests/support/object_service.ts";

const NAME = { Bucket: "bucket", Key: "key" };
const WRITER: ServicePerson = { name: "writer", grants: [{ bucket: "bucket", prefix: "", access: "write" }] };

async function open(options: { objectLock?: boolean } = {}): Promise<ObjectService> {
  const service = await openObjectService({ people: [WRITER] });
  await service.engine.buckets.create({
    name: "bucket",
    owner: "owner",
    objectLock: options.objectLock ?? false,
  });
  if (!options.objectLock) await version(service, "Enabled");
  return service;
}

async function version({ client }: ObjectService, Status: "Enabled" | "Suspended"): Promise<void> {
  await client.send(
    new PutBucketVersioningCommand({ Bucket: "bucket", VersioningConfiguration: { Status } }),
  );
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

async function put({ client }: ObjectService, Body: string, more = {}): Promise<string> {
  return (await client.send(new PutObjectCommand({ ...NAME, Body, ...more }))).VersionId!;
}

async function text({ client }: ObjectService, VersionId?: string): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ ...NAME, ...(VersionId ? { VersionId } : {}) }));
  return await Body!.transformToString();
}

Deno.test("every version can be read, and a delete hides the object until its marker is deleted", async () => {
  await using service = await open();
  const ids = [await put(service, "one"), await put(service, "two")];

  const deleted = await service.client.send(new DeleteObjectCommand(NAME));
  const hidden = await service.send({ method: "GET", path: "/bucket/key" });
  const marker = await service.send({
    method: "GET",
    path: "/bucket/key",
    query: `versionId=${deleted.VersionId}`,
  });
  await service.client.send(new DeleteObjectCommand({ ...NAME, VersionId: deleted.VersionId! }));

  assert.equal(deleted.DeleteMarker, true);
  assert.deepEqual([hidden.status, hidden.headers.get("x-amz-delete-marker")], [404, "true"]);
  assert.deepEqual([marker.status, marker.headers.get("x-amz-delete-marker")], [405, "true"]);
  assert.deepEqual([await text(service, ids[0]), await text(service, ids[1]), await text(service)], [
    "one",
    "two",
    "two",
  ]);
});

Deno.test("a version that is deleted is gone, and the one before it is current", async () => {
  await using service = await open();
  const ids = [await put(service, "one"), await put(service, "two")];

  await service.client.send(new DeleteObjectCommand({ ...NAME, VersionId: ids[1]! }));

  assert.equal(await text(service), "one");
  assert.equal(await refusal(text(service, ids[1])), "404 NoSuchVersion");
});

Deno.test("a suspended bucket keeps old versions and has one null version", async () => {
  await using service = await open();
  const old = await put(service, "old");
  await version(service, "Suspended");
  await put(service, "first");
  await put(service, "second");

  const { Versions } = await service.client.send(new ListObjectVersionsCommand({ Bucket: "bucket" }));

  assert.deepEqual(Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest]), [["null", true], [
    old,
    false,
  ]]);
  assert.equal(await text(service), "second");
});

Deno.test("versions are listed by pages, newest first", async () => {
  await using service = await open();
  const ids = [await put(service, "1"), await put(service, "2"), await put(service, "3")].toReversed();
  await put(service, "x", { Key: "other" });
  const listed: string[] = [];

  let markers = {};
  for (let more = true; more;) {
    const page = await service.client.send(
      new ListObjectVersionsCommand({ Bucket: "bucket", MaxKeys: 2, ...markers }),
    );
    listed.push(...page.Versions!.map(({ Key, VersionId }) => (Key === "key" ? VersionId! : Key!)));
    markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    more = page.IsTruncated!;
  }

  assert.deepEqual(listed, [...ids, "other"]);
});

Deno.test("what is under retention or hold cannot be deleted by version", async () => {
  await using service = await open({ objectLock: true });
  const { client } = service;
  const RetainUntilDate = new Date(Date.now() + 86_400_000);
  const kept = await put(service, "kept", {
    ObjectLockMode: "COMPLIANCE",
    ObjectLockRetainUntilDate: RetainUntilDate,
  });
  const held = await put(service, "held", { ObjectLockLegalHoldStatus: "ON" });
  const remove = (VersionId: string, more = {}) =>
    refusal(client.send(new DeleteObjectCommand({ ...NAME, VersionId, ...more })));

  assert.equal(await remove(kept), "403 AccessDenied");
  assert.equal(await remove(kept, { BypassGovernanceRetention: true }), "403 AccessDenied");
  assert.equal(await remove(held), "403 AccessDenied");
  await client.send(
    new PutObjectLegalHoldCommand({ ...NAME, VersionId: held, LegalHold: { Status: "OFF" } }),
  );
  assert.equal(await remove(held), "taken");
  const head = await client.send(new HeadObjectCommand({ ...NAME, VersionId: kept }));
  assert.equal(head.ObjectLockMode, "COMPLIANCE");
});

Deno.test("governance is passed over by who made the bucket, when it is asked for, and by nobody else", async () => {
  await using service = await open({ objectLock: true });
  const Retention = { Mode: "GOVERNANCE", RetainUntilDate: new Date(Date.now() + 86_400_000) } as const;
  const VersionId = await put(service, "kept");
  await service.client.send(new PutObjectRetentionCommand({ ...NAME, VersionId, Retention }));
  const remove = (client = service.client, BypassGovernanceRetention = true) =>
    refusal(client.send(new DeleteObjectCommand({ ...NAME, VersionId, BypassGovernanceRetention })));

  assert.equal(await remove(service.client, false), "403 AccessDenied");
  assert.equal(await remove(service.clientOf(WRITER)), "403 AccessDenied");
  const { Retention: said } = await service.client.send(
    new GetObjectRetentionCommand({ ...NAME, VersionId }),
  );
  assert.equal(said?.Mode, "GOVERNANCE");
  assert.equal(await remove(), "taken");
});

Deno.test("a bucket gives new objects its default retention", async () => {
  await using service = await open({ objectLock: true });
  await service.client.send(
    new PutObjectLockConfigurationCommand({
      Bucket: "bucket",
      ObjectLockConfiguration: {
        ObjectLockEnabled: "Enabled",
        Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 1 } },
      },
    }),
  );
  await put(service, "kept");

  const head = await service.client.send(new HeadObjectCommand(NAME));
  const { ObjectLockConfiguration } = await service.client.send(
    new GetObjectLockConfigurationCommand({ Bucket: "bucket" }),
  );

  assert.equal(head.ObjectLockMode, "GOVERNANCE");
  assert.equal(ObjectLockConfiguration?.Rule?.DefaultRetention?.Days, 1);
});

Deno.test("a bucket without object lock takes no retention and no hold", async () => {
  await using service = await open();
  await put(service, "x");
  const RetainUntilDate = new Date(Date.now() + 86_400_000);
  const put2 = service.client.send(
    new PutObjectCommand({
      ...NAME,
      Body: "x",
      ObjectLockMode: "COMPLIANCE",
      ObjectLockRetainUntilDate: RetainUntilDate,
    }),
  );

  assert.equal(await refusal(put2), "400 InvalidRequest");
  assert.equal(await refusal(service.client.send(new GetObjectLegalHoldCommand(NAME))), "400 InvalidRequest");
  assert.equal(
    await refusal(service.client.send(new GetObjectLockConfigurationCommand({ Bucket: "bucket" }))),
    "404 ObjectLockConfigurationNotFoundError",
  );
});
