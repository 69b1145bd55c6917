import { Agent } from "node:https";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { S3Service } from "./s3_subject.ts";

/** A client of the SDK as it comes, so that tests see a service with other eyes than the storage. */
export function plainClient({ endpoint, region, accessKey, secret, caFile }: S3Service): S3Client {
  const ca = caFile === undefined ? undefined : Deno.readTextFileSync(caFile);
  return new S3Client({
    ...(ca === undefined ? {} : { requestHandler: { httpsAgent: new Agent({ ca, keepAlive: false }) } }),
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secret },
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
}

/** Makes a bucket. */
export async function makeBucket(service: S3Service, name: string, versioned: boolean): Promise<void> {
  const client = plainClient(service);
  try {
    await client.send(new CreateBucketCommand({ Bucket: name }));
    if (versioned) {
      const VersioningConfiguration = { Status: "Enabled" as const };
      await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
    }
  } finally {
    client.destroy();
  }
}

/** Deletes a bucket with every version of everything in it; uploads that were left are a fault of the test. */
export async function emptyBucket(service: S3Service, name: string): Promise<void> {
  const client = plainClient(service);
  try {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: name }));
    for (let more = true; more;) {
      const page = await client.send(new ListObjectVersionsCommand({ Bucket: name }));
      const all = [...page.Versions ?? [], ...page.DeleteMarkers ?? []];
      await Promise.all(
        all.map(({ Key, VersionId }) =>
          client.send(new DeleteObjectCommand({ Bucket: name, Key, VersionId }))
        ),
      );
      more = page.IsTruncated === true;
    }
    await client.send(new DeleteBucketCommand({ Bucket: name })).catch(() => {});
    if (Uploads.length > 0) throw new Error(`uploads were left: ${Uploads.map(({ Key }) => Key).join(", ")}`);
  } finally {
    client.destroy();
  }
}
