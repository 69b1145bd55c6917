import assert from "node:assert/strict";
import { bytesBody, parseStorageKey, type Storage } from "../../../core/plugin/storage.ts";
import { startPlainS3 } from "../../../tests/support/plain_s3.ts";
import { s3Context } from "../../../tests/support/s3_subject.ts";
import { s3Config } from "./config.ts";
import { openS3 } from "./open_s3.ts";
import { AWS, COMPATIBLE, type Quirks } from "./quirks.ts";

const KEYS = { region: "here", accessKey: "k".repeat(20), secret: "s".repeat(40) };

/** What a storage with these quirks asks of its service. */
async function requestsOf(
  quirks: Quirks,
  act: (storage: Storage) => Promise<unknown>,
): Promise<readonly string[]> {
  await using server = startPlainS3({ conditions: "501" });
  const { endpoint } = server;
  const config = s3Config.parse({ endpoint, bucket: "bucket", prefix: "a/b", path_style: true });
  await using storage = await openS3(config, s3Context({ endpoint, ...KEYS }), quirks);
  await act(storage);
  return server.requests;
}

const list = (storage: Storage) => Array.fromAsync(storage.list("c d"));

Deno.test("listApi and listKeysAreUrlEncoded decide how a listing is asked for", async () => {
  const second = await requestsOf(COMPATIBLE, list);
  const first = await requestsOf({ ...COMPATIBLE, listApi: 1, listKeysAreUrlEncoded: false }, list);

  assert.deepEqual(second, ["GET bucket?list-type=2&prefix=a%2Fb%2Fc%20d&encoding-type=url"]);
  assert.deepEqual(first, ["GET bucket?prefix=a%2Fb%2Fc%20d"]);
});

Deno.test("where conditional puts are trusted, nothing is tried first", async () => {
  const put = (storage: Storage) =>
    storage.put(parseStorageKey("label"), bytesBody(new Uint8Array(1)), { ifAbsent: true }).catch(() => {});

  const trusted = await requestsOf({ ...COMPATIBLE, conditionalPut: "trusted" }, put);
  const tried = await requestsOf(COMPATIBLE, put);

  assert.deepEqual(trusted, ["PUT bucket/a/b/label?x-id=PutObject"]);
  assert.match(tried[0]!, /^GET bucket\?versioning/);
  assert.match(tried[1]!, /^PUT bucket\/a\/b\/\.aero-s3\/conditional-put/);
});

Deno.test("addressing decides where the bucket stands, and path_style is stronger", async () => {
  const hostOf = async (quirks: Quirks, path_style?: boolean) => {
    const endpoint = "http://s3.invalid";
    const config = s3Config.parse({
      endpoint,
      bucket: "bucket",
      ...(path_style !== undefined && { path_style }),
    });
    await using storage = await openS3(config, s3Context({ endpoint, ...KEYS }), quirks);
    const error = await list(storage).then(() => undefined, (error) => error);
    return /https?:\/\/[^/\s)]+\/[^?/\s)]*/.exec(Deno.inspect((error as Error).cause))?.[0];
  };

  assert.equal(await hostOf(AWS), "http://bucket.s3.invalid/");
  assert.equal(await hostOf(COMPATIBLE), "http://s3.invalid/bucket");
  assert.equal(await hostOf(AWS, true), "http://s3.invalid/bucket");
  assert.equal(await hostOf(COMPATIBLE, false), "http://bucket.s3.invalid/");
});

Deno.test("encryption and requester pays go with every request that they are for", async () => {
  const seen: Record<string, string | null>[] = [];
  await using server = startPlainS3({
    conditions: "501",
    instead: ({ headers }) => {
      seen.push(Object.fromEntries(
        ["x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-request-payer"]
          .map((name) => [name, headers.get(name)]),
      ));
      return undefined;
    },
  });
  const { endpoint } = server;
  const config = s3Config.parse({
    endpoint,
    bucket: "bucket",
    requester_pays: "true",
    encryption: { use: "aws:kms", key: "ours" },
  });
  await using storage = await openS3(config, s3Context({ endpoint, ...KEYS }));
  await storage.put(parseStorageKey("a"), bytesBody(new Uint8Array(1)));
  await storage.delete(parseStorageKey("a"));

  assert.deepEqual(seen.map((headers) => Object.values(headers)), [
    ["aws:kms", "ours", "requester"],
    [null, null, "requester"],
  ]);
});
