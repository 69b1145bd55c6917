import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3ServiceException,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { type ObjectService, openObjectService } from "../../../tests/support/object_service.ts";

const NAME = { Bucket: "bucket", Key: "key" };
const MIB = 1024 * 1024;

async function open(): Promise<ObjectService> {
  const service = await openObjectService();
  await service.engine.buckets.create({ name: "bucket", owner: "owner", objectLock: false });
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

async function begin(
  { client }: ObjectService,
  more: Partial<CreateMultipartUploadCommandInput> = {},
): Promise<string> {
  return (await client.send(new CreateMultipartUploadCommand({ ...NAME, ...more }))).UploadId!;
}

async function part(
  { client }: ObjectService,
  UploadId: string,
  PartNumber: number,
  bytes: number,
): Promise<CompletedPart> {
  const Body = new Uint8Array(bytes).fill(PartNumber);
  const reply = await client.send(new UploadPartCommand({ ...NAME, UploadId, PartNumber, Body }));
  return {
    PartNumber,
    ETag: reply.ETag!,
    ...(reply.ChecksumCRC32 ? { ChecksumCRC32: reply.ChecksumCRC32 } : {}),
  };
}

function complete({ client }: ObjectService, UploadId: string, Parts: CompletedPart[], more = {}) {
  return client.send(
    new CompleteMultipartUploadCommand({ ...NAME, UploadId, MultipartUpload: { Parts }, ...more }),
  );
}

Deno.test("an upload becomes an object of its parts in order, which can be read one by one", async () => {
  await using service = await open();
  const id = await begin(service, { ContentType: "text/x", Metadata: { a: "1" } });
  const parts = [await part(service, id, 7, 100), await part(service, id, 3, 5 * MIB)].toReversed();

  const done = await complete(service, id, parts);
  const head = await service.client.send(new HeadObjectCommand(NAME));
  const second = await service.client.send(new GetObjectCommand({ ...NAME, PartNumber: 7 }));
  const bytes = await second.Body!.transformToByteArray();

  assert.match(done.ETag!, /^"[0-9a-f]{32}-2"$/);
  assert.deepEqual([head.ContentLength, head.ContentType, head.Metadata], [5 * MIB + 100, "text/x", {
    a: "1",
  }]);
  assert.deepEqual([second.PartsCount, bytes.length, bytes[0]], [2, 100, 7]);
  assert.match(second.ContentRange!, /^bytes 5242880-5242979\/5242980$/);
});

Deno.test("an upload is completed once, and the same again is the same answer", async () => {
  await using service = await open();
  const id = await begin(service);
  const parts = [await part(service, id, 1, 10)];

  const [first, again] = [await complete(service, id, parts), await complete(service, id, parts)];

  assert.equal(again.ETag, first.ETag);
});

for (
  const [ChecksumAlgorithm, ChecksumType, pattern] of [
    ["SHA256", "COMPOSITE", /^.{44}-2$/],
    ["CRC32", "COMPOSITE", /^.{8}-2$/],
    ["CRC32", "FULL_OBJECT", /^.{8}$/],
    ["CRC64NVME", "FULL_OBJECT", /^.{12}$/],
  ] as const
) {
  Deno.test(`the parts of an upload with ${ChecksumType} ${ChecksumAlgorithm} give the whole its checksum`, async () => {
    await using service = await open();
    const id = await begin(service, { ChecksumAlgorithm, ChecksumType });
    const parts: CompletedPart[] = [];
    for (const [PartNumber, size] of [[1, 5 * MIB], [2, 10]] as const) {
      const Body = new Uint8Array(size).fill(PartNumber);
      const { ETag } = await service.client.send(
        new UploadPartCommand({ ...NAME, UploadId: id, PartNumber, Body, ChecksumAlgorithm }),
      );
      parts.push({ PartNumber, ETag: ETag! });
    }

    const done = await complete(service, id, parts, { ChecksumType });

    assert.equal(done.ChecksumType, ChecksumType);
    assert.match(done[`Checksum${ChecksumAlgorithm}`]!, pattern);
    if (ChecksumType === "COMPOSITE") return;
    // The same bytes in one PUT have the same checksum.
    const whole = new Uint8Array(5 * MIB + 10).fill(1);
    whole.fill(2, 5 * MIB);
    const put = await service.client.send(
      new PutObjectCommand({ ...NAME, Key: "whole", Body: whole, ChecksumAlgorithm }),
    );
    assert.equal(done[`Checksum${ChecksumAlgorithm}`], put[`Checksum${ChecksumAlgorithm}`]);
  });
}

Deno.test("what does not fit is refused, and the upload stays", async () => {
  await using service = await open();
  const id = await begin(service);
  const [one, two] = [await part(service, id, 1, 10), await part(service, id, 2, 10)];

  assert.equal(await refusal(complete(service, id, [one, two])), "400 EntityTooSmall");
  assert.equal(await refusal(complete(service, id, [two, one])), "400 InvalidPartOrder");
  assert.equal(await refusal(complete(service, id, [{ ...one, ETag: '"other"' }])), "400 InvalidPart");
  assert.equal(await refusal(complete(service, id, [{ ...one, PartNumber: 9 }])), "400 InvalidPart");
  assert.equal(await refusal(complete(service, id, [])), "400 MalformedXML");
  assert.equal(await refusal(complete(service, "none", [one])), "404 NoSuchUpload");
  assert.equal(await refusal(complete(service, id, [one], { MpuObjectSize: 11 })), "400 InvalidRequest");
  assert.equal(await refusal(part(service, id, 10_001, 1)), "400 InvalidArgument");
  await service.client.send(new PutObjectCommand({ ...NAME, Body: "there" }));
  assert.equal(await refusal(complete(service, id, [one], { IfNoneMatch: "*" })), "412 PreconditionFailed");
  assert.equal(await refusal(complete(service, id, [one])), "taken");
});

Deno.test("uploads and parts are listed by pages, and an upload that was aborted is gone", async () => {
  await using service = await open();
  const { client } = service;
  const ids = [await begin(service), await begin(service), await begin(service, { Key: "other" })];
  for (const number of [1, 2, 3]) await part(service, ids[0]!, number, 10);

  const parts = await client.send(new ListPartsCommand({ ...NAME, UploadId: ids[0]!, MaxParts: 2 }));
  const rest = await client.send(
    new ListPartsCommand({ ...NAME, UploadId: ids[0]!, PartNumberMarker: parts.NextPartNumberMarker! }),
  );
  const first = await client.send(new ListMultipartUploadsCommand({ Bucket: "bucket", MaxUploads: 1 }));
  const more = await client.send(
    new ListMultipartUploadsCommand({
      Bucket: "bucket",
      KeyMarker: first.NextKeyMarker!,
      UploadIdMarker: first.NextUploadIdMarker!,
    }),
  );
  await client.send(new AbortMultipartUploadCommand({ ...NAME, UploadId: ids[0]! }));

  assert.deepEqual(parts.Parts?.map(({ PartNumber }) => PartNumber), [1, 2]);
  assert.deepEqual(rest.Parts?.map(({ PartNumber }) => PartNumber), [3]);
  const listed = [...first.Uploads!, ...more.Uploads!];
  assert.deepEqual(listed.map(({ Key }) => Key), ["key", "key", "other"]);
  assert.deepEqual(new Set(listed.map(({ UploadId }) => UploadId)), new Set(ids));
  assert.equal(
    await refusal(client.send(new ListPartsCommand({ ...NAME, UploadId: ids[0]! }))),
    "404 NoSuchUpload",
  );
});

Deno.test("a part may be a range of an object, whose key may hold a percent sign", async () => {
  await using service = await open();
  await service.client.send(new PutObjectCommand({ ...NAME, Key: "a%b", Body: "0123456789" }));
  const id = await begin(service, { ChecksumAlgorithm: "CRC32" });
  const copy = (CopySourceRange: string) =>
    service.client.send(
      new UploadPartCopyCommand({
        ...NAME,
        UploadId: id,
        PartNumber: 1,
        CopySource: "bucket/a%25b",
        CopySourceRange,
      }),
    );

  const { CopyPartResult } = await copy("bytes=2-5");
  await complete(service, id, [{ PartNumber: 1, ETag: CopyPartResult!.ETag! }]);
  const { Body } = await service.client.send(new GetObjectCommand(NAME));

  assert.equal(await Body!.transformToString(), "2345");
  assert.equal(await refusal(copy("bytes=2-10")), "404 NoSuchUpload");
  const other = await begin(service);
  const outside = service.client.send(
    new UploadPartCopyCommand({
      ...NAME,
      UploadId: other,
      PartNumber: 1,
      CopySource: "bucket/a%25b",
      CopySourceRange: "bytes=2-10",
    }),
  );
  assert.equal(await refusal(outside), "416 InvalidRange");
});

Deno.test("a part whose sender wants no MD5 has a tag of its SHA-256, is checked all the same, and makes up an object", async () => {
  await using service = await open();
  const UploadId = await begin(service);
  const send = (bytes: number, headers: Record<string, string>, Body = new Uint8Array(bytes).fill(7)) => {
    const command = new UploadPartCommand({ ...NAME, UploadId, PartNumber: 1, Body });
    command.middlewareStack.add((next) => (args) => {
      Object.assign((args.request as { headers: Record<string, string> }).headers, headers);
      return next(args);
    }, { step: "build" });
    return service.client.send(command);
  };
  const noMd5 = { "x-aero-etag": "sha256" };
  const digestOf = (name: string, bytes: number) =>
    createHash(name).update(new Uint8Array(bytes).fill(7)).digest("hex");
  // Digests of small bodies are taken on the same thread.
  for (const bytes of [10, 5 * MIB]) {
    const { ETag } = await send(bytes, noMd5);
    assert.equal(ETag, `"${digestOf("sha256", bytes).slice(0, 32)}"`);
    const md5 = digestOf("md5", bytes);
    const sums = { ...noMd5, "content-md5": Buffer.from(md5, "hex").toString("base64") };
    assert.equal((await send(bytes, sums)).ETag, `"${md5}"`);
    assert.equal((await send(bytes, {})).ETag, `"${md5}"`);
    const wrong = { ...noMd5, "x-amz-content-sha256": digestOf("sha256", bytes + 1) };
    assert.equal(await refusal(send(bytes, wrong)), "400 XAmzContentSHA256Mismatch");
  }
  const { ETag } = await send(5 * MIB, noMd5);
  await complete(service, UploadId, [{ PartNumber: 1, ETag: ETag! }]);
  const { ContentLength } = await service.client.send(new HeadObjectCommand(NAME));
  assert.equal(ContentLength, 5 * MIB);
});
