import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { signPostPolicy } from "../../s3_protocol/post_signature.ts";
import { timestampText } from "../../s3_protocol/timestamp.ts";
import {
  type ObjectService,
  openObjectService,
  OWNER,
  type ServicePerson,
} from "../../../tests/support/object_service.ts";

const READER: ServicePerson = { name: "reader", grants: [{ bucket: "bucket", prefix: "", access: "read" }] };

async function open(): Promise<ObjectService> {
  const service = await openObjectService({ people: [READER] });
  await service.engine.buckets.create({ name: "bucket", owner: "owner", objectLock: false });
  return service;
}

interface Form {
  readonly conditions?: readonly unknown[];
  readonly fields?: Readonly<Record<string, string>>;
  readonly file?: string;
  readonly person?: ServicePerson;
  readonly expiresInMs?: number;
  readonly version2?: boolean;
}

/** Posts a form whose policy is signed for what it is given. */
async function post(
  service: ObjectService,
  form: Form = {},
): Promise<{ status: number; headers: Headers; body: string }> {
  const signer = service.signerOf(form.person ?? OWNER);
  const date = timestampText(signer.at);
  const scope = { date: date.slice(0, 8), region: "us-east-1", service: "s3" };
  const authorization: Record<string, string> = form.version2 ? { AWSAccessKeyId: signer.accessKeyId } : {
    "x-amz-algorithm": "AWS4-HMAC-SHA256",
    "x-amz-credential": `${signer.accessKeyId}/${scope.date}/us-east-1/s3/aws4_request`,
    "x-amz-date": date,
  };
  const conditions = form.conditions ?? [{ bucket: "bucket" }, ["starts-with", "$key", "in/"]];
  const own = Object.entries(authorization).map(([name, value]) => ({ [name]: value }));
  const expiration = new Date(Date.now() + (form.expiresInMs ?? 60_000)).toISOString();
  const document = JSON.stringify({ expiration, conditions: [...conditions, ...own] });
  const policy = new TextEncoder().encode(document).toBase64();
  const signature = form.version2
    ? { signature: createHmac("sha1", signer.secretKey).update(policy).digest("base64") }
    : { "x-amz-signature": signPostPolicy(signer.secretKey, scope, policy) };
  const data = new FormData();
  const all = { key: "in/key", policy, ...authorization, ...signature, ...form.fields };
  for (const [name, value] of Object.entries(all)) data.append(name, value);
  data.append("file", new Blob([form.file ?? "hello"]), "photo.jpg");
  data.append("after", "what stands behind the file counts for nothing");
  const reply = await fetch(`${service.server.url}/bucket`, {
    method: "POST",
    body: data,
    redirect: "manual",
  });
  return { status: reply.status, headers: reply.headers, body: await reply.text() };
}

async function kept({ engine }: ObjectService, key = "in/key"): Promise<string | undefined> {
  try {
    using object = await engine.objects.open({ bucket: "bucket", key });
    return await new Response(object.read() as ReadableStream<Uint8Array<ArrayBuffer>>).text();
  } catch {
    return undefined;
  }
}

for (const version2 of [false, true]) {
  Deno.test(`a form signed by version ${version2 ? 2 : 4} stores its file`, async () => {
    await using service = await open();

    const reply = await post(service, { version2 });

    assert.equal(reply.status, 204, reply.body);
    assert.equal(reply.headers.get("etag"), '"5d41402abc4b2a76b9719d911017c592"');
    assert.equal(await kept(service), "hello");
  });
}

Deno.test("a large file comes in whole", async () => {
  await using service = await open();
  const file = "0123456789\r\n--".repeat(100_000);

  const reply = await post(service, { file });

  assert.equal(reply.status, 204);
  assert.equal(await kept(service), file);
});

Deno.test("fields say what the object is, and ${filename} is the file's name", async () => {
  await using service = await open();

  const reply = await post(service, {
    conditions: [
      { bucket: "bucket" },
      ["starts-with", "$key", "in/"],
      ["starts-with", "$Content-Type", "image/"],
      ["eq", "$x-amz-meta-a", "é"],
      ["starts-with", "$tagging", ""],
    ],
    fields: {
      key: "in/${filename}",
      "Content-Type": "image/jpeg",
      "x-amz-meta-a": "é",
      tagging: "<Tagging><TagSet><Tag><Key>t</Key><Value>1</Value></Tag></TagSet></Tagging>",
    },
  });

  assert.equal(reply.status, 204, reply.body);
  const head = await service.send({ method: "HEAD", path: "/bucket/in/photo.jpg" });
  assert.equal(head.headers.get("content-type"), "image/jpeg");
  assert.equal(head.headers.get("x-amz-meta-a"), "\xc3\xa9", "the bytes of UTF-8, as they were sent");
  assert.equal(head.headers.get("x-amz-tagging-count"), "1");
});

for (
  const [what, form, status] of [
    ["expired", { expiresInMs: -1 }, 403],
    ["does not allow the key", { fields: { key: "out/key" } }, 403],
    ["does not know a field", { fields: { "x-amz-meta-a": "1" } }, 403],
    ["allows shorter files", {
      conditions: [{ bucket: "bucket" }, ["eq", "$key", "in/key"], ["content-length-range", 0, 4]],
    }, 400],
    ["wants longer files", {
      conditions: [{ bucket: "bucket" }, ["eq", "$key", "in/key"], ["content-length-range", 6, 9]],
    }, 400],
    ["is of another bucket", { conditions: [{ bucket: "other" }, ["eq", "$key", "in/key"]] }, 403],
    ["is of someone who may not write", { person: READER }, 403],
    ["is not what was signed", { fields: { policy: btoa("{}") } }, 403],
    ["has another checksum", { fields: { "x-amz-checksum-crc32": "AAAAAA==" } }, 400],
    ["makes something public", {
      conditions: [{ bucket: "bucket" }, ["eq", "$key", "in/key"], { acl: "public-read" }],
      fields: { acl: "public-read" },
    }, 403],
  ] as const satisfies readonly (readonly [string, Form, number])[]
) {
  Deno.test(`a form whose policy ${what} stores nothing`, async () => {
    await using service = await open();

    const reply = await post(service, form);

    assert.equal(reply.status, status, reply.body);
    assert.equal(await kept(service), undefined);
    assert.equal(await kept(service, "out/key"), undefined);
  });
}

Deno.test("a form that nobody signed stores nothing", async () => {
  await using service = await open();
  const data = new FormData();
  data.append("key", "in/key");
  data.append("file", "hello");

  const reply = await fetch(`${service.server.url}/bucket`, { method: "POST", body: data });
  await reply.body?.cancel();

  assert.equal(reply.status, 403);
  assert.equal(await kept(service), undefined);
});

Deno.test("a form says how it wants to be answered", async () => {
  await using service = await open();
  const conditions = [{ bucket: "bucket" }, ["eq", "$key", "in/key"]];

  const document = await post(service, {
    conditions: [...conditions, { success_action_status: "201" }],
    fields: { success_action_status: "201" },
  });
  const redirected = await post(service, {
    conditions: [...conditions, ["starts-with", "$success_action_redirect", ""]],
    fields: { success_action_redirect: "http://127.0.0.1:1/done?a=1" },
  });

  assert.equal(document.status, 201);
  assert.match(document.body, /<PostResponse .*<Key>in\/key<\/Key><ETag>&quot;5d41/);
  assert.equal(redirected.status, 303);
  assert.match(
    redirected.headers.get("location")!,
    /^http:\/\/127\.0\.0\.1:1\/done\?a=1&bucket=bucket&key=in%2Fkey&etag=%225d41.*%22$/,
  );
});
