import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ListObjectVersionsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { ownServer } from "../../../tests/support/own_object_server.ts";
import { freshBucket, s3Context } from "../../../tests/support/s3_subject.ts";
import { plainClient } from "../../../tests/support/s3_buckets.ts";
import { withClaim } from "./claims.ts";
import { connectS3 } from "./open_s3.ts";

const NAME = "artifacts/p/a/v1.json";
const FOLDER = `.aero-s3/claims/${createHash("sha256").update(NAME).digest("hex")}/`;

for (const versioned of [false, true]) {
  const kind = versioned ? "with versions" : "without versions";
  Deno.test(`claims of writers that died leave nothing in a bucket ${kind}`, async () => {
    let aheadMs = 0;
    await using service = await ownServer({ tls: false, now: () => new Date(Date.now() + aheadMs) });
    await using bucket = await freshBucket(service, { versioned });
    const client = plainClient(service);
    const { endpoint, region } = service;
    const { connection, close } = await connectS3(
      { endpoint, region, bucket: bucket.name },
      s3Context(service),
    );
    try {
      const about = { Bucket: bucket.name, Key: `${FOLDER}0-dead` };
      // Twice, as a writer stores it whose first answer was lost.
      for (let i = 0; i < 2; i++) {
        await client.send(new PutObjectCommand({ ...about, Body: new Uint8Array() }));
      }
      aheadMs = 121_000;
      let acted = 0;

      await withClaim(connection, NAME, { operation: "put", what: "test" }, () => Promise.resolve(), () => {
        acted++;
        return Promise.resolve();
      });

      const left = await client.send(new ListObjectVersionsCommand({ Bucket: bucket.name }));
      assert.equal(acted, 1);
      assert.deepEqual([left.Versions ?? [], left.DeleteMarkers ?? []], [[], []]);
    } finally {
      close();
      client.destroy();
    }
  });
}
