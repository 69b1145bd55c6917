import { S3Fault } from "../../s3_protocol/errors.ts";
import { quoteEtag } from "../../s3_protocol/etags.ts";
import { MAX_PUT_BYTES } from "../../s3_protocol/multipart_limits.ts";
import { postResponseDocument } from "../../s3_protocol/object_documents.ts";
import { percentEncode } from "../../s3_protocol/percent_encoding.ts";
import { parsePostPolicy, postLengthRange, requirePolicy } from "../../s3_protocol/post_policy.ts";
import { MAX_OBJECT_TAGS, parseTagging } from "../../s3_protocol/tagging_document.ts";
import { toByteText } from "../http/encode_head.ts";
import type { ObjectEngine, StoredObject, User } from "../object_engine.ts";
import { type PublicAcls, requirePrivateAcl } from "./acl.ts";
import { BodyDigester } from "./body_digester.ts";
import { FormReader } from "./form_reader.ts";
import { mayDo } from "./grants.ts";
import { checksumHeaders, versionHeader } from "./object_headers.ts";
import { type PostProof, provePost } from "./post_proof.ts";
import { readAttributes } from "./put_attributes.ts";
import type { Reply } from "./reply.ts";

/** All fields before the file together, in bytes: "Amazon S3 API Reference, POST Object". */
const MAX_FIELDS_BYTES = 20 * 1024;
const MAX_FIELDS = 100;

/** A form on its way in. */
export interface FormRequest {
  readonly engine: ObjectEngine;
  readonly bucket: string;
  /** Value of Content-Type. */
  readonly contentType: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Where the object will be found: scheme and host. */
  readonly origin: string;
  readonly region: string | undefined;
  readonly publicAcls: PublicAcls;
  readBody(): Promise<Uint8Array | undefined>;
}

/**
 * Stores the file of a form that a browser posts.
 *
 * What the form's maker allowed is in its policy, which is signed; the file is taken in after that was proven, and is an
 * object once all of it is here.
 *
 * @param identified Told who made the form as soon as that is proven.
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html}
 */
export async function postObject(form: FormRequest, identified: (user: User) => void): Promise<Reply> {
  const boundary = /^multipart\/form-data\s*;.*?boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(
    form.contentType,
  );
  if (boundary === null) throw new S3Fault("MalformedPOSTRequest");
  const reader = new FormReader(boundary[1] ?? boundary[2]!, () => form.readBody());
  const { fields, fileName } = await readFields(reader);
  const key = keyOf(fields, fileName);
  const proof = await provePost(form.engine, fields, form.region);
  identified(proof.user);
  await requireWrite(form, proof, key);
  const policy = parsePostPolicy(proof.policy);
  requirePolicy(policy, {
    fields: new Map([...fields, ["bucket", form.bucket], ["key", key]]),
    now: form.now,
  });
  const stored = await storeFile(form, reader, fields, key, proof.user, postLengthRange(policy));
  while (await reader.next() !== undefined);
  return answer(form, fields, stored);
}

/** Reads fields up to the file; what stands behind it counts for nothing. */
async function readFields(reader: FormReader): Promise<{ fields: Map<string, string>; fileName: string }> {
  const fields = new Map<string, string>();
  let left = MAX_FIELDS_BYTES;
  for (let part; (part = await reader.next()) !== undefined;) {
    const name = part.name.toLowerCase();
    if (name === "file") return { fields, fileName: part.fileName ?? "" };
    const value = await reader.readText(left);
    left -= value.length;
    fields.set(name, value);
    if (fields.size > MAX_FIELDS) throw new S3Fault("MaxPostPreDataLengthExceeded");
  }
  throw new S3Fault("InvalidArgument", {
    message: "A POST form has a field named file",
    fields: { ArgumentName: "file" },
  });
}

function keyOf(fields: ReadonlyMap<string, string>, fileName: string): string {
  const key = fields.get("key");
  if (key === undefined || key === "") throw new S3Fault("UserKeyMustBeSpecified");
  return key.replaceAll("${filename}", () => fileName);
}

async function requireWrite(form: FormRequest, { user }: PostProof, key: string): Promise<void> {
  const { owner } = await form.engine.buckets.stat(form.bucket);
  if (!mayDo(user, { access: "write", bucket: form.bucket, owner, key })) throw new S3Fault("AccessDenied");
}

async function storeFile(
  form: FormRequest,
  reader: FormReader,
  fields: ReadonlyMap<string, string>,
  key: string,
  user: User,
  range: { readonly min: number; readonly max: number },
): Promise<StoredObject> {
  requirePrivateAcl({ headers: fields, publicAcls: form.publicAcls }, fields.get("acl"));
  const attributes = readAttributes({
    headers: fields,
    rawHeaders: new Map([...fields].map(([name, value]) => [name, toByteText(value)])),
    publicAcls: form.publicAcls,
    user,
    now: form.now,
  });
  const tagging = fields.get("tagging");
  const tags = tagging === undefined
    ? attributes.tags
    : parseTagging(new TextEncoder().encode(tagging), MAX_OBJECT_TAGS);
  using digester = new BodyDigester(fields, { maxBytes: Math.min(range.max, MAX_PUT_BYTES) });
  await using write = await form.engine.beginWrite(form.bucket);
  for (let bytes; (bytes = await reader.readPiece()) !== undefined;) {
    digester.admit(bytes.length);
    await digester.update(bytes);
    await write.append(bytes);
  }
  if (digester.size < range.min) {
    throw new S3Fault("EntityTooSmall", { message: "The file is smaller than the policy allows" });
  }
  const { tag, checksums } = await digester.finish();
  return await write.commitObject({
    bucket: form.bucket,
    key,
    attributes: { ...attributes, tags, etag: tag, checksums },
  });
}

function answer(form: FormRequest, fields: ReadonlyMap<string, string>, stored: StoredObject): Reply {
  const { bucket } = form;
  const { key, etag } = stored;
  const location = `${form.origin}/${bucket}/${percentEncode(key, true)}`;
  const headers = [
    ["ETag", quoteEtag(etag)] as const,
    ["Location", location] as const,
    ...versionHeader(stored),
    ...checksumHeaders(stored.checksums),
  ];
  const target = redirectTarget(fields.get("success_action_redirect") ?? fields.get("redirect"));
  if (target !== undefined) {
    // The parts of the address that say what was stored are those of S3, in its order.
    const said = `bucket=${percentEncode(bucket)}&key=${percentEncode(key)}&etag=${
      percentEncode(quoteEtag(etag))
    }`;
    target.search += `${target.search === "" ? "?" : "&"}${said}`;
    return {
      status: 303,
      headers: [["Location", target.href], ...headers.filter(([name]) => name !== "Location")],
    };
  }
  const status = fields.get("success_action_status");
  if (status === "201") {
    const xml = postResponseDocument({ location, bucket, key, etag });
    return {
      status: 201,
      headers: [["Content-Type", "application/xml"], ...headers],
      body: new TextEncoder().encode(xml),
    };
  }
  return { status: status === "200" ? 200 : 204, headers };
}

/** An address that is none is passed over, as S3 does. */
function redirectTarget(text: string | undefined): URL | undefined {
  const url = text === undefined ? null : URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) ? url : undefined;
}
