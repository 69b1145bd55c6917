import assert from "node:assert/strict";
import {
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { bytesBody, parseStorageKey } from "../../../core/plugin/storage.ts";
import { ownServer } from "../../../tests/support/own_object_server.ts";
import { plainClient } from "../../../tests/support/s3_buckets.ts";
import { s3Context, type S3Service } from "../../../tests/support/s3_subject.ts";
import { s3Storage } from "./mod.ts";

const HOUR_MS = 3600_000;
/** Large enough to go in parts. */
const LARGE = bytesBody(new Uint8Array(9 * 1024 * 1024));

/** Begins an upload, as a process that is killed leaves it. */
async function leave(client: S3Client, key: string): Promise<void> {
  const about = { Bucket: "aero", Key: key };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(about));
  await client.send(new UploadPartCommand({ ...about, UploadId, PartNumber: 1, Body: new Uint8Array(10) }));
}

/** Keys of the uploads that are left once a storage whose clock is `aheadMs` ahead has stored something large. */
async function leftAfterPut(service: S3Service, client: S3Client, aheadMs: number): Promise<string[]> {
  const context = { ...s3Context(service), now: () => new Date(Date.now() + aheadMs) };
  {
    const { endpoint, region } = service;
    await using storage = await s3Storage.open({ endpoint, region, bucket: "aero", prefix: "ours" }, context);
    await storage.put(parseStorageKey("large"), LARGE);
  }
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: "aero" }));
  return Uploads.map(({ Key }) => Key!).sort();
}

Deno.test("uploads under the prefix that nobody has gone on with for a day are ended, and no others", async () => {
  await using service = await ownServer({ tls: false });
  const client = plainClient(service);
  try {
    for (const key of ["ours/a", "ours/b", "theirs/a"]) await leave(client, key);

    assert.deepEqual(await leftAfterPut(service, client, 0), ["ours/a", "ours/b", "theirs/a"]);
    assert.deepEqual(await leftAfterPut(service, client, 25 * HOUR_MS), ["theirs/a"]);
  } finally {
    client.destroy();
  }
});

Deno.test("a large body that breaks, is short or is aborted leaves no upload", async () => {
  await using service = await ownServer({ tls: false });
  const client = plainClient(service);
  const { endpoint, region } = service;
  try {
    await using storage = await s3Storage.open({ endpoint, region, bucket: "aero" }, s3Context(service));
    const abort = new AbortController();
    const bodies = [
      { ...LARGE, size: LARGE.size + 1 },
      { ...LARGE, size: LARGE.size - 1 },
      {
        size: LARGE.size,
        open: () => {
          let given = 0;
          return new ReadableStream<Uint8Array>({
            pull(controller) {
              if (given++ < 80) return controller.enqueue(new Uint8Array(100_000));
              abort.abort();
              return new Promise(() => {});
            },
          });
        },
      },
    ];
    for (const body of bodies) {
      await assert.rejects(storage.put(parseStorageKey("large"), body, { signal: abort.signal }));
    }
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: "aero" }));

    assert.deepEqual(Uploads, []);
    assert.equal(await storage.stat(parseStorageKey("large")), undefined);
  } finally {
    client.destroy();
  }
});
