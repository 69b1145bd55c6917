import assert from "node:assert/strict";
import { isStorageError } from "../../../core/plugin/storage.ts";
import { s3Context } from "../../../tests/support/s3_subject.ts";
import { listVersions } from "./list_versions.ts";
import { connectS3 } from "./open_s3.ts";

const KEYS = { region: "here", accessKey: "k".repeat(20), secret: "s".repeat(40) };

/** Names in a listing of `a/` at a service that says this of its keys. */
async function namesOf(keys: readonly string[], rest: string): Promise<string[]> {
  const versions = keys.map((key) =>
    `<Version><Key>${key}</Key><VersionId>v</VersionId><IsLatest>true</IsLatest><Size>1</Size></Version>`
  );
  const body = `<?xml version="1.0"?><ListVersionsResult><IsTruncated>false</IsTruncated>${rest}${
    versions.join("")
  }</ListVersionsResult>`;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(body, { headers: { "content-type": "application/xml" } }),
  );
  const endpoint = `http://127.0.0.1:${server.addr.port}`;
  const { connection, close } = await connectS3(
    { endpoint, bucket: "bucket" },
    s3Context({ endpoint, ...KEYS }),
  );
  try {
    const purpose = { operation: "list", what: "Cannot list" } as const;
    return await Array.fromAsync(listVersions(connection, "a/", purpose), ({ name }) => name);
  } finally {
    close();
  }
}

Deno.test("names are read as the service says that they are written", async () => {
  assert.deepEqual(await namesOf(["a/1+%252"], "<EncodingType>url</EncodingType>"), ["a/1 %2"]);
  assert.deepEqual(await namesOf(["a/1+%252"], ""), ["a/1+%252"]);
});

Deno.test("a name with a sign of its own that no encoding has is that name", async () => {
  assert.deepEqual(await namesOf(["a/100%.csv"], "<EncodingType>url</EncodingType>"), ["a/100%.csv"]);
});

Deno.test("a name that was not asked for is no listing", async () => {
  await assert.rejects(namesOf(["b/1"], ""), (error) => isStorageError(error, "unavailable"));
});
