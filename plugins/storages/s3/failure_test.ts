import assert from "node:assert/strict";
import { fault, type PlainS3Options, startPlainS3 } from "../../../tests/support/plain_s3.ts";
import { s3Context } from "../../../tests/support/s3_subject.ts";
import { bytesBody, parseStorageKey, type Storage, StorageError } from "../../../core/plugin/storage.ts";
import { CorruptionError } from "../../../core/errors.ts";
import { s3Storage } from "./mod.ts";

const KEYS = { region: "here", accessKey: "k".repeat(20), secret: "s".repeat(40) };
const KEY = parseStorageKey("folder/object");

/** What a storage says when its service answers every request so. */
async function errorOf(
  instead: PlainS3Options["instead"],
  act: (storage: Storage) => Promise<unknown>,
  config: Record<string, unknown> = {},
): Promise<StorageError> {
  await using server = startPlainS3({ conditions: "501", ...(instead && { instead }) });
  const { endpoint } = server;
  await using storage = await s3Storage.open(
    { endpoint, region: "here", bucket: "bucket", ...config },
    s3Context({ endpoint, ...KEYS }),
  );
  const error = await act(storage).then(() => undefined, (error) => error);
  assert.ok(error instanceof StorageError, String(error));
  assert.doesNotMatch(Deno.inspect(error), /s{40}|k{20}/);
  return error;
}

type Act = (storage: Storage) => Promise<unknown>;

const list = (storage: Storage) => Array.fromAsync(storage.list(""));
const put = (storage: Storage) => storage.put(KEY, bytesBody(new Uint8Array(9)));
const get = async (storage: Storage) => await new Response(await storage.get(KEY)).arrayBuffer();
const stat = (storage: Storage) => storage.stat(KEY);

const SKEWED = { date: new Date(Date.now() - 3 * 3600_000).toUTCString() };

const TABLE: readonly (readonly [string, Response, Act, StorageError["code"], RegExp])[] = [
  ["an unknown key", fault(403, "InvalidAccessKeyId"), list, "denied", /does not know the access key/],
  ["a wrong secret", fault(403, "SignatureDoesNotMatch"), list, "denied", /secret key does not belong/],
  ["an expired token", fault(400, "ExpiredToken"), list, "denied", /session token has expired/],
  ["a listing that is denied", fault(403, "AccessDenied"), list, "denied", /may not list in the bucket/],
  ["a put that is denied", fault(403, "AccessDenied"), put, "denied", /may not store objects in the bucket/],
  ["a bucket that is missing", fault(404, "NoSuchBucket"), get, "denied", /there is no bucket "bucket"/],
  [
    "a bucket that is missing, to HEAD",
    fault(404, "NoSuchBucket"),
    stat,
    "denied",
    /there is no bucket "bucket"/,
  ],
  ["a refusal, to HEAD", fault(403, "InvalidAccessKeyId"), stat, "denied", /does not know the access key/],
  [
    "another region",
    fault(301, "PermanentRedirect", { "x-amz-bucket-region": "there" }),
    list,
    "denied",
    /not in region here, but in there/,
  ],
  [
    "another region, by the signature",
    fault(400, "AuthorizationHeaderMalformed", { "x-amz-bucket-region": "there" }),
    list,
    "denied",
    /but in there/,
  ],
  ["a wrong clock", fault(403, "RequestTimeTooSkewed", SKEWED), list, "denied", /is 3\.0 h ahead of that of/],
  ["too many requests", fault(503, "SlowDown"), list, "unavailable", /is busy \(503\)/],
  ["a failure of the service", fault(500, "InternalError"), put, "unavailable", /is busy \(500\)/],
  [
    "a quota that is used up",
    fault(403, "QuotaExceeded"),
    put,
    "full",
    /quota of the bucket "bucket" is used up/,
  ],
  [
    "a disk that is full",
    new Response(null, { status: 507 }),
    put,
    "full",
    /^no space is left on the disk of http/,
  ],
  ["an archived object", fault(403, "InvalidObjectState"), get, "denied", /has to be restored/],
  [
    "a page of something else",
    new Response("<html><p>hello", { status: 502 }),
    list,
    "unavailable",
    /^http\S+ is busy \(502\)( \(502\))?$/,
  ],
  [
    "a page that another service has not",
    new Response("<html><title>404 Not Found</title><h1>Not Found</h1><hr></html>", { status: 404 }),
    list,
    "denied",
    /^http\S+ answered 404 with a page that is not S3's$/,
  ],
  [
    "a refusal by a proxy",
    new Response("<!doctype html><title>Blocked<p>ask your administrator", { status: 403 }),
    put,
    "denied",
    /^http\S+ answered 403 with a page that is not S3's$/,
  ],
];

for (const [name, reply, act, code, why] of TABLE) {
  Deno.test(`${name} is told as ${code}, in its own words`, async () => {
    const error = await errorOf(() => reply.clone(), act);

    assert.equal(error.code, code);
    assert.match(error.report.why!, why);
  });
}

Deno.test("a service that begins no reply is unavailable", async () => {
  const answer = Promise.withResolvers<void>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async () => {
    await answer.promise;
    return new Response();
  });
  const endpoint = `http://127.0.0.1:${server.addr.port}`;
  {
    await using storage = await s3Storage.open(
      { endpoint, bucket: "bucket", timeout_seconds: 0.05 },
      s3Context({ endpoint, ...KEYS }),
    );
    const error = await list(storage).then(() => undefined, (error) => error);

    assert.ok(error instanceof StorageError);
    assert.equal(error.code, "unavailable");
    assert.match(error.report.why!, /stalled: no reply came/);
  }
  answer.resolve();
  await server.shutdown();
});

Deno.test("a reply that is cut is gone on with from where it was cut", async () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
  let cuts = 0;
  await using server = startPlainS3({
    conditions: "501",
    instead: (request) => {
      const from = Number(/^bytes=(\d+)/.exec(request.headers.get("range") ?? "")?.[1] ?? 0);
      if (request.method !== "GET" || cuts >= 2) return undefined;
      cuts++;
      // The connection breaks when 30,000 bytes have been sent.
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(bytes.slice(from, from + 30_000));
        },
        pull(controller) {
          controller.error(new TypeError("cut"));
        },
      }, { highWaterMark: 0 });
      const headers = { "content-length": String(bytes.length - from), etag: '"x"' };
      return new Response(body, { status: from > 0 ? 206 : 200, headers });
    },
  });
  const { endpoint } = server;
  await using storage = await s3Storage.open(
    { endpoint, bucket: "bucket" },
    s3Context({ endpoint, ...KEYS }),
  );
  await storage.put(KEY, bytesBody(bytes));

  const read = new Uint8Array(await new Response(await storage.get(KEY)).arrayBuffer());

  assert.deepEqual(read, bytes);
  assert.equal(cuts, 2);
});

Deno.test("who is to make a missing bucket is told to make it at the service that was asked", async () => {
  const { report } = await errorOf(() => fault(404, "NoSuchBucket"), get);

  assert.match(report.fix!.join("\n"), /`aws --endpoint-url http:\/\/[^ ]+ s3 mb s3:\/\/bucket`/);
});

Deno.test("what aero's own server says is damaged is damage, and not a service that is away", async () => {
  const damaged = () => fault(500, "InternalError", { "x-aero-damaged": "true" });
  await using server = startPlainS3({ conditions: "501", instead: damaged });
  const { endpoint } = server;
  await using storage = await s3Storage.open(
    { endpoint, region: "here", bucket: "bucket" },
    s3Context({ endpoint, ...KEYS }),
  );

  await assert.rejects(get(storage), (error) => error instanceof CorruptionError);
});

/** What a storage at `https://` says of a listener that answers the first bytes of each connection with `answer`. */
async function greetedWith(protocol: "http" | "https", answer: Uint8Array): Promise<unknown> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serve = async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(65536));
      await connection.write(answer);
      connection.close();
    }
  };
  const served = serve().catch((error) => {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  });
  const endpoint = `${protocol}://127.0.0.1:${listener.addr.port}`;
  await using storage = await s3Storage.open(
    { endpoint, bucket: "bucket" },
    s3Context({ endpoint, ...KEYS }),
  );
  const error = await list(storage).then(() => undefined, (error) => error);
  listener.close();
  await served;
  return error;
}

Deno.test("an address with https of a service that speaks plain HTTP is told as that, and not tried again", async () => {
  const error = await greetedWith("https", new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"));

  assert.ok(error instanceof StorageError, String(error));
  assert.equal(error.code, "denied");
  assert.match(error.report.why!, /^https:\/\/127\.0\.0\.1:\d+ speaks plain HTTP there, not TLS$/);
  assert.match(error.report.fix!.join("\n"), /http:\/\/ and not https:\/\//);
});

Deno.test("an address with http of a service that speaks TLS is told how it may be right", async () => {
  // An alert: "decode_error", RFC 8446, 6.2.
  const error = await greetedWith("http", Uint8Array.of(0x15, 3, 3, 0, 2, 2, 50));

  assert.ok(error instanceof StorageError, String(error));
  assert.match(error.report.fix!.join("\n"), /https:\/\//);
});

Deno.test("who has wrong keys is told the very file and section that they came from", async () => {
  await using server = startPlainS3({
    conditions: "501",
    instead: () => fault(403, "SignatureDoesNotMatch"),
  });
  const { endpoint } = server;
  // The chain goes on to the metadata of the machine, which is not to be asked here.
  Deno.env.set("AWS_EC2_METADATA_DISABLED", "true");
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "[local]\naws_access_key_id = k\naws_secret_access_key = s\n");
  const wrong = { endpoint, bucket: "bucket", profile: "local", ["credentials_file"]: file };
  const absent = { ...wrong, profile: "elsewhere" };

  const fixes = [];
  for (const config of [wrong, absent]) {
    const variables = { AWS_EC2_METADATA_DISABLED: "true" };
    await using storage = await s3Storage.open(
      config,
      s3Context({ endpoint, ...KEYS }, undefined, variables),
    );
    const error = await list(storage).then(() => undefined, (error) => error);
    assert.ok(error instanceof StorageError);
    fixes.push(error.report.fix![0]);
  }
  await Deno.remove(file);

  assert.deepEqual(fixes, [
    `write the right ones into the section [local] of ${file}`,
    `write the right ones into the section [elsewhere] of ${file}`,
  ]);
});
